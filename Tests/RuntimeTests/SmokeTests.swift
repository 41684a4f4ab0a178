import Testing
import ZooRuntime
