/// How the values of a parameter start.
public enum Initialization: Sendable, Hashable {
  /// All the same.
  case constant(Float)
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Uniform in ±`bound`.
  case uniform(bound: Float)

  /// He and others' normal initialization by the number of outputs that an input reaches: deviation √(2 / fan),
  /// fan = `outputChannels` · `kernelArea` / `groups`. (torchvision divides by no groups, timm's EfficientNet does.)
  public static func kaimingNormal(outputChannels: Int, kernelArea: Int, groups: Int = 1) -> Initialization {
    .normal(deviation: (2 / Float(max(1, outputChannels * kernelArea / max(1, groups)))).squareRoot())
  }

  /// PyTorch's default for fully connected layers, their biases, and the biases of convolutions: ±1/√inputs.
  public static func uniform(inputs: Int) -> Initialization { .uniform(bound: 1 / Float(max(1, inputs)).squareRoot()) }

  /// A tensor of these values. Without a stream only constants are filled in, and the rest is left at zero.
  func tensor(_ shape: [Int], stream: RandomStream?) throws(ZooError) -> Tensor {
    try Tensor(TensorType(.float32, shape)) { (bytes: UnsafeMutableRawBufferPointer) in
      let values = bytes.bindMemory(to: Float.self)
      switch self {
      case .constant(let value):
        if value != 0 { values.update(repeating: value) }
      case .normal(let deviation):
        guard var stream else { return }
        for i in values.indices { values[i] = Float(stream.normal()) * deviation }
      case .uniform(let bound):
        guard var stream else { return }
        for i in values.indices { values[i] = Float(2 * stream.uniform() - 1) * bound }
      }
    }
  }
}
