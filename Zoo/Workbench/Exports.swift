// A spec names parts of a registry, and its models classify files: whoever trains needs both.
@_exported import ZooImages
@_exported import ZooPlugins
