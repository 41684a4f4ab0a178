import ZooData
import ZooPlugins

/// What `zoo train` takes: the data, the model and how it is trained. Read from JSON5 by `SpecReader`.
///
/// Names of keys are the names of the properties, e.g. `train.optimizer.learningRate`.
public struct Spec: Codable, Sendable, Hashable {
  /// What the run and its model are called.
  public var name = ""
  /// One line for `zoo list`.
  public var summary = ""
  /// The seed of everything random: initialization, order of samples, augmentation, dropout.
  public var seed: UInt64 = 1
  package var data = DataSpec()
  package var model = ModelSpec()
  package var train = TrainSpec()

  package init() {}
}

/// The parts of the model. A part is a name, or an object with `name` and settings.
package struct ModelSpec: Codable, Sendable, Hashable {
  package var backbone = PartSpec("resnet18")
  /// Only for sequences.
  package var temporal: PartSpec?
  package var head = PartSpec("linear")
  /// `dataset`: mean and deviation of each channel over the training set, as nodes of the graph; `none`.
  package var normalization = Normalization.dataset
  /// Views of each image whose probabilities the exported model averages.
  package var testTimeAugmentation = TestTimeAugmentation.none

  package enum TestTimeAugmentation: String, Codable, Sendable, CaseIterable {
    case none, flips
    /// Flips, and all of them turned by a quarter: eight views.
    case flipsAndTurns = "flips_and_turns"
  }

  package enum Normalization: String, Codable, Sendable, CaseIterable { case dataset, none }

  package init() {}
}
