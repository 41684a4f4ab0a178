import Testing
import ZooWorkbench
