import ZooWorkbench
print("zoo")
