@_exported import ZooPlugins
