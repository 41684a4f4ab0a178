import Testing
import ZooFormat
