@_exported import ZooImages
@_exported import ZooPlugins
