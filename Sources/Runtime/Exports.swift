// What the runtime takes and gives, models, tensors and errors, are values of the format: whoever imports it needs both.
@_exported import ZooFormat
