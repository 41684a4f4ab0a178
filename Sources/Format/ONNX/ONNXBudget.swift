/// What has been spent of the limits while a model is read.
final class ONNXBudget {
  let limits: LoadLimits
  private var nodes = 0
  private var tensors = 0
  private var elements = 0
  private var structureBytes = 0
  private var denseBytes = 0

  init(_ limits: LoadLimits) { self.limits = limits }

  func spend(nodes count: Int) throws(ZooError) {
    nodes += count
    guard nodes <= limits.nodes else {
      throw limits.exceeded("nodes", found: "more than \(limits.nodes)", limit: "\(limits.nodes)")
    }
  }

  /// `bytes` is what stands in the file outside the elements of tensors, each time that it is decoded.
  func spend(structureBytes bytes: Int) throws(ZooError) {
    structureBytes += bytes
    guard structureBytes <= limits.structureBytes else {
      throw limits.exceeded(
        "bytes of structure", found: "more than \(limits.structureBytes)", limit: "\(limits.structureBytes)")
    }
  }

  func spend(tensor type: TensorType) throws(ZooError) {
    tensors += 1
    guard tensors <= limits.tensors else {
      throw limits.exceeded("tensors", found: "more than \(limits.tensors)", limit: "\(limits.tensors)")
    }
    let (sum, overflow) = elements.addingReportingOverflow(type.elementCount)
    guard !overflow, sum <= limits.elements else {
      throw limits.exceeded("elements", found: "more than \(limits.elements)", limit: "\(limits.elements)")
    }
    elements = sum
  }

  /// The memory of a sparse tensor's elements, of which the file has only those that aren't zero.
  func spend(dense type: TensorType) throws(ZooError) {
    let (sum, overflow) = denseBytes.addingReportingOverflow(type.byteCount)
    guard !overflow, sum <= limits.structureMemory else {
      throw limits.exceeded(
        "bytes of sparse tensors", found: "more than \(limits.structureMemory)", limit: "\(limits.structureMemory)")
    }
    denseBytes = sum
  }
}
