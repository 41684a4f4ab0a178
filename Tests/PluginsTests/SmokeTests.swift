import Testing
import ZooPlugins
