@_exported import ZooWorkbench
