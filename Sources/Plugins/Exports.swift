@_exported import ZooRuntime
