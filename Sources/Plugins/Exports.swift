// A part is made of the runtime's graphs and operators: an author of one needs both.
@_exported import ZooRuntime
