// The tool with parts of one's own is a file with this import alone.
@_exported import ZooWorkbench
