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

/// Where the samples come from, what they are called and how they are split.
package struct DataSpec: Codable, Sendable, Hashable {
  package enum Source: String, Codable, Sendable, CaseIterable {
    /// Real images if `root` is set (its manifest if there is one, else a folder for each class). Simulated cells without
    /// a root only in a spec that has settings for them (`data.simulation`).
    case auto
    /// Simulated cells, made in memory; not microscope data.
    case simulated
    /// A folder with one subfolder of images for each class.
    case folder
    /// A CSV manifest with named columns.
    case csv
    /// IDX files (MNIST and its kin), plain or gzipped.
    case idx
    /// Whole fields over time with tables of the cells in them, which are cut when they are loaded.
    case cells
  }

  /// The windows of a sequence that is longer than `frames`. All of them have the sequence's label and stay together.
  package enum Windows: String, Codable, Sendable, CaseIterable { case all, first, last }

  package var source = Source.auto
  /// Folder of the data, relative to the working folder; paths in a manifest are relative to it. A folder or CSV source
  /// needs it.
  package var root: String?
  /// CSV: the manifest's path, relative to `root`, or a pattern of the paths of several, whose parts are columns. Without `root`, relative to the working folder, and what it names is
  /// relative to its own folder.
  package var manifest = "manifest.csv"
  /// Tables that say more of the images, e.g. of their plates: path, relative to `root` → the columns that they are joined
  /// by, each `name`, or `name=its name there`.
  package var join: [String: [String]] = [:]
  /// Pattern of the images' paths, whose parts are columns; of a folder relative to `root`, with the part `class`.
  package var images: String?
  package var columns = Columns()
  /// Names of the channels in the image files, in the files' order, where one file holds all channels of an image;
  /// what the files themselves say if empty.
  package var imageChannels: [String] = []
  /// Channel → what else it is called in files, `*` and `?` standing for other characters.
  package var channelNames: [String: [String]] = [:]
  /// What the pages of TIFF files are; believed instead of what the files say.
  package var axes = PageAxes.auto
  /// What is done with slices in depth; refused, or frames of a sequence, if `nil`.
  package var slices: SliceChoice?
  /// Patterns of files and folders that are left out wherever files are looked for in folders.
  package var exclude: [String] = []
  /// The lowest and the highest value that the camera can give, e.g. `[0, 4095]` for 12 bits stored in 16; found in the
  /// training images if `null`.
  package var range: [Double]?
  /// The channels that the model sees, in order; all of the source's if empty.
  package var channels: [String] = []
  /// The classes in the order of the logits; all of the source's, sorted by name, if empty. Samples of other classes are left out.
  package var classes: [String] = []
  /// Source class → class of the model, applied before `classes`, e.g. `{healthy: "other", apoptosis: "other"}`.
  package var relabel: [String: String] = [:]
  /// Images are resized to this height and width (pixels).
  package var height = 64
  package var width = 64
  /// Frames of a sequence; `null` for single images.
  package var frames: Int?
  /// Which windows of `frames` frames are taken of sequences that are longer.
  package var windows = Windows.all
  /// Frames from the start of a window to that of the next; `frames` if `null`, so that windows don't overlap.
  package var windowStep: Int?
  /// What is found doubtful in the data and taken nonetheless.
  package var accept: [String] = []
  /// Megabytes of decoded samples that are kept in memory, so that they are decoded once; 0 keeps none.
  package var cacheMegabytes = 1000
  /// Where decoded samples are packed on the disk: `auto` for those of a source of cells that don't fit into
  /// `cacheMegabytes`, `none`, or a folder.
  package var cache = "auto"
  /// The most megabytes of packed samples in that folder; the ones used longest ago make room.
  package var cacheDiskMegabytes = 100_000
  /// What happens to an image that can't be decoded.
  package var onError = OnError.stop
  /// By what leaks between the subsets are looked for before training.
  package var audit = Audit.pixels
  /// Where cells lie in whole fields, and how they are cut.
  package var cells = Cells()
  /// Where the labels of cells come from.
  package var labels = Labels()
  package var split = Split()
  package var simulation = Simulation()
  /// IDX: the four files, relative to `root`.
  package var idx = IDXFiles()

  package enum Audit: String, Codable, Sendable, CaseIterable {
    /// Pixels, positions and tracks: every sample is read once more unless it is kept in memory.
    case pixels
    /// Positions and tracks alone.
    case positions
  }

  package enum OnError: String, Codable, Sendable, CaseIterable {
    /// Nothing is trained.
    case stop
    /// The item is left out, counted and named.
    case skip
  }

  /// The columns of a CSV manifest.
  package struct Columns: Codable, Sendable, Hashable {
    package var label = "label"
    /// The column with the path of an image that holds all channels.
    package var path = "path"
    /// Channel → the column with its path, for manifests with one file for each channel. Replaces `path`.
    package var channelPaths: [String: String] = [:]
    /// Rows whose cell for the path of a channel is empty.
    package var missingChannel = Cells.MissingChannel.refuse
    /// What paths begin with → what stands in its place, relative to the root.
    package var pathPrefixes: [String: String] = [:]
    /// The column that names the sequence (rows with the same value are frames of one sample).
    package var sequence: String?
    /// The column with the number or the time of a frame, by which the frames of a sequence are ordered.
    package var frame: String?
    /// Columns that names of sequences are unique within, e.g. `["experiment"]` where tracks are numbered from 0 in each.
    package var within: [String] = []
    /// The column with the name of a sample; `id` if there is one, else the path, if `null`.
    package var id: String?
    /// The column that says how much a sample counts in the loss; all count alike if `null`.
    package var weight: String?

    package init() {}
  }

  /// Fields, tables and crops of a source of cells.
  package struct Cells: Codable, Sendable, Hashable {
    package enum Layout: String, Codable, Sendable, CaseIterable {
      /// What the folder holds.
      case auto
      case shuttletracker, trackmate, celldetective, ultrack, ctc, napari, cellprofiler
      /// Label images in OME-Zarr.
      case omezarr
      /// Boxes of object detection.
      case coco, yolo
      /// Any table, by patterns and names of columns.
      case table
    }
    package enum Units: String, Codable, Sendable, CaseIterable { case auto, pixel, micrometre }
    package enum TimeUnit: String, Codable, Sendable, CaseIterable { case auto, h, min, s }
    package enum Border: String, Codable, Sendable, CaseIterable { case drop, reflect, zero }
    package enum Gaps: String, Codable, Sendable, CaseIterable { case drop, hold, interpolate }
    package enum Ends: String, Codable, Sendable, CaseIterable {
      case drop
      case nearest = "repeat"
      case zero
    }
    package enum Untracked: String, Codable, Sendable, CaseIterable { case drop, keep }
    package enum MissingChannel: String, Codable, Sendable, CaseIterable { case refuse, zero, drop }

    package var layout = Layout.auto
    /// Pattern of the pictures' paths, e.g. `{well}/Img_t{frame:04}_ch{channel}.png`.
    package var images: String?
    /// Pattern of the tables' paths, e.g. `{well}/tracks.csv`; of label images too.
    package var tables: String?
    /// What a column means → its name.
    package var columns: [String: String] = [:]
    /// What positions are measured in.
    package var units = Units.auto
    /// Edge length of a pixel in micrometres.
    package var pixelSize: Double?
    /// What the tables' times are measured in.
    package var timeUnit = TimeUnit.auto
    /// The tables' number of the files' first frame.
    package var firstFrame: Int?
    /// Table of what was done to each well, relative to the root.
    package var plateMap: String?
    /// Edge length of a crop in pixels of the field; `height` × `width` if `null`.
    package var size: Int?
    /// Crops that reach over the border.
    package var border = Border.reflect
    /// Adds a channel `mask`: 1 on the field, 0 beyond its border.
    package var mask = false
    /// Frames of a sample before the position's own; half of them if `null`.
    package var before: Int?
    /// Frames from one of a sample to the next.
    package var step = 1
    /// Whether each frame is cut around where the cell is then; else around where it is in its own frame.
    package var follow = true
    /// Frames in which the track has no position.
    package var gaps = Gaps.drop
    /// Frames before the film's first and after its last.
    package var ends = Ends.drop
    /// Positions outside of tracks, in tables that have tracks.
    package var untracked = Untracked.drop
    /// Fields or frames that lack a channel that is used.
    package var missingChannel = MissingChannel.refuse
    /// Places without a cell in each frame, as samples of the class `background`.
    package var background = 0
    /// How far those lie from every position, in pixels.
    package var backgroundDistance = 12.0
    /// The most positions of each class in each field that are samples; all if `null`.
    package var perClass: Int?
    /// Megabytes of decoded planes that are kept in memory while cells are cut.
    package var planeMegabytes = 400

    package init() {}
  }

  /// Where the labels of cells come from.
  package struct Labels: Codable, Sendable, Hashable {
    package enum From: String, Codable, Sendable, CaseIterable {
      /// The column `data.cells.columns.label` of the tables of positions.
      case table
      /// A table of annotations.
      case annotations
      /// The plate map's column `data.columns.label`.
      case plateMap
      /// How much of a dye that enters dead cells only is in the nucleus.
      case pi
    }
    package enum By: String, Codable, Sendable, CaseIterable { case auto, track, position }

    package var from = From.table
    /// Annotations: the table, relative to the root.
    package var file: String?
    /// Annotations: what a column means → its name.
    package var columns: [String: String] = [:]
    /// Annotations: how rows find their cells.
    package var by = By.auto
    /// Annotations: farthest position that a row is taken to mean, in pixels.
    package var distance = 10.0
    /// Annotations: their number of the files' first frame; as the tables count if `null`.
    package var firstFrame: Int?
    /// Labels that are taken as none.
    package var ignore = ["uncertain"]
    package var pi = PI()

    package struct PI: Codable, Sendable, Hashable {
      package enum Threshold: String, Codable, Sendable, CaseIterable { case otsu, value, background }

      package var channel = "PI"
      package var threshold = Threshold.background
      /// `value`: brightness above the frame's median.
      package var value: Double?
      /// `background`: robust deviations above the median of all nuclei.
      package var deviations = 6.0
      /// Frames in a row that must be above the threshold.
      package var persistence = 2
      /// Radius of the disc that is measured, in pixels.
      package var radius = 4.0
      package var negative = "alive"
      package var positive = "dead"

      package init() {}
    }

    package init() {}
  }

  /// Who goes into training, validation and test. Groups stay together.
  package struct Split: Codable, Sendable, Hashable {
    /// Columns whose combined value is the group, e.g. `["plate", "well"]`; empty splits at random.
    package var by: [String] = []
    package var train = 0.7
    package var validation = 0.15
    package var test = 0.15
    /// The seed of the split alone, so that a comparison over seeds keeps the same test set.
    package var seed: UInt64 = 1
    /// Parts that the groups are dealt into for a cross-validation, of which part ``fold`` is the test set; 0 makes none.
    package var folds = 0
    /// Counted from 1.
    package var fold = 1
    /// Groups, by the names that `split.csv` gives them, that are the test set; the rest is split as usual.
    package var holdOut: [String] = []
    /// A CSV of an earlier assignment (`id,subset`), used instead of making one.
    package var file: String?
    /// CSV: the column that says of each row train, validation (val) or test.
    package var column: String?
    /// Folder: whether subfolders train, val and test stand above those of the classes.
    package var folders = false

    package init() {}
  }

  /// The simulated cells.
  package struct Simulation: Codable, Sendable, Hashable {
    package var experiments = 8
    /// Cells of each class in each experiment.
    package var cellsPerClass = 40
    package var seed: UInt64 = 1

    package init() {}
  }

  package struct IDXFiles: Codable, Sendable, Hashable {
    package var trainImages = "train-images-idx3-ubyte.gz"
    package var trainLabels = "train-labels-idx1-ubyte.gz"
    package var testImages = "t10k-images-idx3-ubyte.gz"
    package var testLabels = "t10k-labels-idx1-ubyte.gz"
    /// Class names in the order of the label numbers.
    package var labelNames: [String] = []

    package init() {}
  }

  package init() {}
}

/// What is refused in data unless `data.accept` names it. It is counted and told in either case.
package enum Accepted: String, Sendable, CaseIterable {
  /// Images that are there more than once: the first is used; those with contradicting labels are left out.
  case copies
  /// Samples whose files aren't there are left out.
  case missingFiles
  /// Samples without a label are left out.
  case unlabelled
  /// Groups whose names differ only in case, blanks, zeros or the form of a date are different ones.
  case spellings
  /// Frames that are missing within a sequence: the others count as successive.
  case gaps
  /// Sequences with fewer frames than `data.frames` are left out.
  case shortSequences
  /// Images whose paths aren't as `data.images` has them are left out.
  case otherNames
}

extension DataSpec {
  func accepts(_ what: Accepted) -> Bool { accept.contains(what.rawValue) }
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

/// How the model is trained.
package struct TrainSpec: Codable, Sendable, Hashable {
  package var epochs = 30
  package var batch = 32
  /// Parts of equal size that each batch is cut into, whose gradients are added up in a fixed order; 1 cuts nothing.
  package var shards = 1
  package var optimizer = Optimizer()
  package var schedule = Schedule()
  /// Largest global norm of the gradients; 0 doesn't clip.
  package var clipNorm = 0.0
  package var labelSmoothing = 0.0
  package var classWeights = ClassWeights.none
  package var sampling = Sampling.shuffle
  package var augment = Augment()
  package var earlyStopping = EarlyStopping()
  /// Part → a `.zoo` file whose weights it starts from, e.g. `{backbone: "other.zoo"}`.
  package var `init`: [String: String] = [:]
  /// Parts whose parameters don't change.
  package var freeze: [String] = []
  /// Part → factor on the learning rate, e.g. `{backbone: 0.1}`.
  package var learningRates: [String: Double] = [:]
  /// Steps between two checkpoints inside an epoch; 0 saves at the ends of epochs only.
  package var checkpointSteps = 0
  /// Whether the log is written for TensorBoard too.
  package var tensorboard = false
  package var precision = Pass.Precision.float32
  /// Decay of the moving average of the weights that is validated and exported instead of them; 0 averages nothing.
  package var ema = 0.0
  /// The α of Beta(α, α) by which pairs of samples are blended, or a box of one is put into the other; 0 for neither.
  package var mixup = 0.0
  package var cutmix = 0.0
  /// The γ of the focal loss: the cross entropy of an item counts (1 − p)^γ times, p being the probability of its class; 0
  /// is the cross entropy itself.
  package var focal = 0.0

  /// Whether samples are mixed with each other.
  var mixesSamples: Bool { mixup > 0 || cutmix > 0 }

  /// Dense head: what of its map is learnt.
  package var positions = Positions.auto

  package enum Positions: String, Codable, Sendable, CaseIterable {
    /// All positions where samples are cells of fields with background, else the middle.
    case auto
    /// The middle alone, which has the sample's label.
    case middle
    case all
  }

  package enum ClassWeights: String, Codable, Sendable, CaseIterable { case none, balanced }
  package enum Sampling: String, Codable, Sendable, CaseIterable { case shuffle, balanced }

  package struct Optimizer: Codable, Sendable, Hashable {
    package enum Name: String, Codable, Sendable, CaseIterable { case adamw, sgd }
    package var name = Name.adamw
    package var learningRate = 1e-3
    /// Decoupled; not of biases and the parameters of normalisations.
    package var weightDecay = 0.01
    /// SGD.
    package var momentum = 0.9
    package var nesterov = false
    /// AdamW.
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8

    package init() {}
  }

  package struct Schedule: Codable, Sendable, Hashable {
    package enum Name: String, Codable, Sendable, CaseIterable {
      case constant, cosine
      case oneCycle = "one_cycle"
      case step
    }
    package var name = Name.cosine
    /// Epochs of linear warm-up from zero.
    package var warmupEpochs = 0.0
    /// Cosine, one-cycle: the last learning rate as a share of the highest.
    package var finalFactor = 0.0
    /// One-cycle: the share of the run that rises.
    package var risingShare = 0.3
    /// Step: epochs between two drops, and the factor of each.
    package var stepEpochs = 10.0
    package var gamma = 0.1

    package init() {}
  }

  /// Random changes to training samples; all frames and channels of a sample are moved alike, intensities change for
  /// each channel by itself.
  package struct Augment: Codable, Sendable, Hashable {
    package var flipHorizontal = false
    package var flipVertical = false
    /// Quarter turns.
    package var rotate90 = false
    /// Largest shift in pixels, in both directions.
    package var shift = 0
    /// Smallest share of the area that a random crop keeps before it is resized back; 1 doesn't crop.
    package var cropArea = 1.0
    /// Largest relative change of a channel's contrast around its mean, and largest offset and noise as shares of its
    /// deviation: both are ``ChannelValues`` of the training set.
    package var gain = 0.0
    package var offset = 0.0
    /// Largest sigma of a Gaussian blur in pixels.
    package var blur = 0.0
    package var noise = 0.0

    package init() {}
  }

  package struct EarlyStopping: Codable, Sendable, Hashable {
    /// The validation metric that chooses the best checkpoint: `loss`, `accuracy`, `balanced_accuracy` or `macro_f1`.
    package var metric = "balanced_accuracy"
    /// Epochs without improvement before training stops; 0 never stops early.
    package var patience = 0

    package init() {}
  }

  package init() {}
}
