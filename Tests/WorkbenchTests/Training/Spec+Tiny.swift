import ZooData
import ZooWorkbench

extension Spec {
  /// A run of seconds in which everything random takes part.
  static var tiny: Spec {
    var spec = Spec()
    spec.name = "tiny"
    spec.data.source = .simulated
    spec.data.channels = ["BF", "PI"]
    spec.data.classes = ["healthy", "apoptosis", "pyroptosis"]
    (spec.data.height, spec.data.width) = (24, 24)
    spec.data.simulation.experiments = 4
    spec.data.simulation.cellsPerClass = 6
    spec.data.split.by = ["experiment"]
    (spec.data.split.train, spec.data.split.validation, spec.data.split.test) = (0.5, 0.25, 0.25)
    spec.model.backbone = PartSpec("resnet10_tiny", settings: ["width": .number(4), "dropPathRate": .number(0.2)])
    spec.model.head = PartSpec("mlp", settings: ["hidden": .number(8), "dropout": .number(0.3)])
    spec.train.epochs = 2
    spec.train.batch = 8
    spec.train.augment.flipHorizontal = true
    spec.train.augment.gain = 0.1
    return spec
  }
}
