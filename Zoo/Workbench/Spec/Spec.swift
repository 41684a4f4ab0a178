import ZooPlugins

/// What `zoo train` takes: the data, the model and how it is trained. Read from JSON5 by `SpecReader`.
///
/// Names of keys are the names of the properties, e.g. `train.optimizer.learningRate`.
public struct Spec: Codable, Sendable, Hashable {
  public var name = ""
  /// One line for `zoo list`.
  public var summary = ""
  /// The seed of everything random: initialization, order of samples, augmentation, dropout.
  public var seed: UInt64 = 1
  public var data = DataSpec()
  public var model = ModelSpec()
  public var train = TrainSpec()

  public init() {}
}

/// Where the samples come from, what they are called and how they are split.
public struct DataSpec: Codable, Sendable, Hashable {
  public enum Source: String, Codable, Sendable, CaseIterable {
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
  public enum Windows: String, Codable, Sendable, CaseIterable { case all, first, last }

  public var source = Source.auto
  /// Folder of the data, relative to the working folder; paths in a manifest are relative to it. A folder or CSV source
  /// needs it.
  public var root: String?
  /// CSV: the manifest's path, relative to `root`, or a pattern of the paths of several, whose parts are columns. Without `root`, relative to the working folder, and what it names is
  /// relative to its own folder.
  public var manifest = "manifest.csv"
  /// Tables that say more of the images, e.g. of their plates: path, relative to `root` → the columns that they are joined
  /// by, each `name`, or `name=its name there`.
  public var join: [String: [String]] = [:]
  /// Pattern of the images' paths, whose parts are columns; of a folder relative to `root`, with the part `class`.
  public var images: String?
  public var columns = Columns()
  /// Names of the channels in the image files, in the files' order, where one file holds all channels of an image;
  /// what the files themselves say if empty.
  public var imageChannels: [String] = []
  /// Channel → what else it is called in files, `*` and `?` standing for other characters.
  public var channelNames: [String: [String]] = [:]
  /// What the pages of TIFF files are; believed instead of what the files say.
  public var axes = PageAxes.auto
  /// What is done with slices in depth; refused, or frames of a sequence, if `nil`.
  public var slices: SliceChoice?
  /// Patterns of files and folders that are left out wherever files are looked for in folders.
  public var exclude: [String] = []
  /// The lowest and the highest value that the camera can give, e.g. `[0, 4095]` for 12 bits stored in 16; found in the
  /// training images if `null`.
  public var range: [Double]?
  /// The channels that the model sees, in order; all of the source's if empty.
  public var channels: [String] = []
  /// The classes in the order of the logits; all of the source's, sorted by name, if empty. Samples of other classes are left out.
  public var classes: [String] = []
  /// Source class → class of the model, applied before `classes`, e.g. `{healthy: "other", apoptosis: "other"}`.
  public var relabel: [String: String] = [:]
  /// Images are resized to this height and width (pixels).
  public var height = 64
  public var width = 64
  /// Frames of a sequence; `null` for single images.
  public var frames: Int?
  /// Which windows of `frames` frames are taken of sequences that are longer.
  public var windows = Windows.all
  /// Frames from the start of a window to that of the next; `frames` if `null`, so that windows don't overlap.
  public var windowStep: Int?
  /// What is found doubtful in the data and taken nonetheless.
  public var accept: [String] = []
  /// Megabytes of decoded samples that are kept in memory, so that they are decoded once; 0 keeps none.
  public var cacheMegabytes = 1000
  /// Where decoded samples are packed on the disk: `auto` for those of a source of cells that don't fit into
  /// `cacheMegabytes`, `none`, or a folder.
  public var cache = "auto"
  /// The most megabytes of packed samples in that folder; the ones used longest ago make room.
  public var cacheDiskMegabytes = 100_000
  /// What happens to an image that can't be decoded.
  public var onError = OnError.stop
  /// By what leaks between the subsets are looked for before training.
  public var audit = Audit.pixels
  /// Where cells lie in whole fields, and how they are cut.
  public var cells = Cells()
  /// Where the labels of cells come from.
  public var labels = Labels()
  public var split = Split()
  public var simulation = Simulation()
  /// IDX: the four files, relative to `root`.
  public var idx = IDXFiles()

  public enum Audit: String, Codable, Sendable, CaseIterable {
    /// Pixels, positions and tracks: every sample is read once more unless it is kept in memory.
    case pixels
    /// Positions and tracks alone.
    case positions
  }

  public enum OnError: String, Codable, Sendable, CaseIterable {
    /// Nothing is trained.
    case stop
    /// The item is left out, counted and named.
    case skip
  }

  /// The columns of a CSV manifest.
  public struct Columns: Codable, Sendable, Hashable {
    public var label = "label"
    /// The column with the path of an image that holds all channels.
    public var path = "path"
    /// Channel → the column with its path, for manifests with one file for each channel. Replaces `path`.
    public var channelPaths: [String: String] = [:]
    /// Rows whose cell for the path of a channel is empty.
    public var missingChannel = Cells.MissingChannel.refuse
    /// What paths begin with → what stands in its place, relative to the root.
    public var pathPrefixes: [String: String] = [:]
    /// The column that names the sequence (rows with the same value are frames of one sample).
    public var sequence: String?
    /// The column with the number or the time of a frame, by which the frames of a sequence are ordered.
    public var frame: String?
    /// Columns that names of sequences are unique within, e.g. `["experiment"]` where tracks are numbered from 0 in each.
    public var within: [String] = []
    /// The column with the name of a sample; `id` if there is one, else the path, if `null`.
    public var id: String?
    /// The column that says how much a sample counts in the loss; all count alike if `null`.
    public var weight: String?

    public init() {}
  }

  /// Fields, tables and crops of a source of cells.
  public struct Cells: Codable, Sendable, Hashable {
    public enum Layout: String, Codable, Sendable, CaseIterable {
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
    public enum Units: String, Codable, Sendable, CaseIterable { case auto, pixel, micrometre }
    public enum TimeUnit: String, Codable, Sendable, CaseIterable { case auto, h, min, s }
    public enum Border: String, Codable, Sendable, CaseIterable { case drop, reflect, zero }
    public enum Gaps: String, Codable, Sendable, CaseIterable { case drop, hold, interpolate }
    public enum Ends: String, Codable, Sendable, CaseIterable {
      case drop
      case nearest = "repeat"
      case zero
    }
    public enum Untracked: String, Codable, Sendable, CaseIterable { case drop, keep }
    public enum MissingChannel: String, Codable, Sendable, CaseIterable { case refuse, zero, drop }

    public var layout = Layout.auto
    /// Pattern of the pictures' paths, e.g. `{well}/Img_t{frame:04}_ch{channel}.png`.
    public var images: String?
    /// Pattern of the tables' paths, e.g. `{well}/tracks.csv`; of label images too.
    public var tables: String?
    /// What a column means → its name.
    public var columns: [String: String] = [:]
    /// What positions are measured in.
    public var units = Units.auto
    /// Edge length of a pixel in micrometres.
    public var pixelSize: Double?
    /// What the tables' times are measured in.
    public var timeUnit = TimeUnit.auto
    /// The tables' number of the files' first frame.
    public var firstFrame: Int?
    /// Table of what was done to each well, relative to the root.
    public var plateMap: String?
    /// Edge length of a crop in pixels of the field; `height` × `width` if `null`.
    public var size: Int?
    /// Crops that reach over the border.
    public var border = Border.reflect
    /// Adds a channel `mask`: 1 on the field, 0 beyond its border.
    public var mask = false
    /// Frames of a sample before the position's own; half of them if `null`.
    public var before: Int?
    /// Frames from one of a sample to the next.
    public var step = 1
    /// Whether each frame is cut around where the cell is then; else around where it is in its own frame.
    public var follow = true
    /// Frames in which the track has no position.
    public var gaps = Gaps.drop
    /// Frames before the film's first and after its last.
    public var ends = Ends.drop
    /// Positions outside of tracks, in tables that have tracks.
    public var untracked = Untracked.drop
    /// Fields or frames that lack a channel that is used.
    public var missingChannel = MissingChannel.refuse
    /// Places without a cell in each frame, as samples of the class `background`.
    public var background = 0
    /// How far those lie from every position, in pixels.
    public var backgroundDistance = 12.0
    /// The most positions of each class in each field that are samples; all if `null`.
    public var perClass: Int?
    /// Megabytes of decoded planes that are kept in memory while cells are cut.
    public var planeMegabytes = 400

    public init() {}
  }

  /// Where the labels of cells come from.
  public struct Labels: Codable, Sendable, Hashable {
    public enum From: String, Codable, Sendable, CaseIterable {
      /// The column `data.cells.columns.label` of the tables of positions.
      case table
      /// A table of annotations.
      case annotations
      /// The plate map's column `data.columns.label`.
      case plateMap
      /// How much of a dye that enters dead cells only is in the nucleus.
      case pi
    }
    public enum By: String, Codable, Sendable, CaseIterable { case auto, track, position }

    public var from = From.table
    /// Annotations: the table, relative to the root.
    public var file: String?
    /// Annotations: what a column means → its name.
    public var columns: [String: String] = [:]
    /// Annotations: how rows find their cells.
    public var by = By.auto
    /// Annotations: farthest position that a row is taken to mean, in pixels.
    public var distance = 10.0
    /// Annotations: their number of the files' first frame; as the tables count if `null`.
    public var firstFrame: Int?
    /// Labels that are taken as none.
    public var ignore = ["uncertain"]
    public var pi = PI()

    public struct PI: Codable, Sendable, Hashable {
      public enum Threshold: String, Codable, Sendable, CaseIterable { case otsu, value, background }

      public var channel = "PI"
      public var threshold = Threshold.background
      /// `value`: brightness above the frame's median.
      public var value: Double?
      /// `background`: robust deviations above the median of all nuclei.
      public var deviations = 6.0
      /// Frames in a row that must be above the threshold.
      public var persistence = 2
      /// Radius of the disc that is measured, in pixels.
      public var radius = 4.0
      public var negative = "alive"
      public var positive = "dead"

      public init() {}
    }

    public init() {}
  }

  /// Who goes into training, validation and test. Groups stay together.
  public struct Split: Codable, Sendable, Hashable {
    /// Columns whose combined value is the group, e.g. `["plate", "well"]`; empty splits at random.
    public var by: [String] = []
    public var train = 0.7
    public var validation = 0.15
    public var test = 0.15
    /// The seed of the split alone, so that a comparison over seeds keeps the same test set.
    public var seed: UInt64 = 1
    /// Parts that the groups are dealt into for a cross-validation, of which part ``fold`` is the test set; 0 makes none.
    public var folds = 0
    /// Counted from 1.
    public var fold = 1
    /// Groups, by the names that `split.csv` gives them, that are the test set; the rest is split as usual.
    public var holdOut: [String] = []
    /// A CSV of an earlier assignment (`id,subset`), used instead of making one.
    public var file: String?
    /// CSV: the column that says of each row train, validation (val) or test.
    public var column: String?
    /// Folder: whether subfolders train, val and test stand above those of the classes.
    public var folders = false

    public init() {}
  }

  /// The simulated cells.
  public struct Simulation: Codable, Sendable, Hashable {
    public var experiments = 8
    /// Cells of each class in each experiment.
    public var cellsPerClass = 40
    public var seed: UInt64 = 1

    public init() {}
  }

  public struct IDXFiles: Codable, Sendable, Hashable {
    public var trainImages = "train-images-idx3-ubyte.gz"
    public var trainLabels = "train-labels-idx1-ubyte.gz"
    public var testImages = "t10k-images-idx3-ubyte.gz"
    public var testLabels = "t10k-labels-idx1-ubyte.gz"
    /// Class names in the order of the label numbers.
    public var labelNames: [String] = []

    public init() {}
  }

  public init() {}
}

/// What is refused in data unless `data.accept` names it. It is counted and told in either case.
public enum Accepted: String, Sendable, CaseIterable {
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
public struct ModelSpec: Codable, Sendable, Hashable {
  public var backbone = PartSpec("resnet18")
  /// Only for sequences.
  public var temporal: PartSpec?
  public var head = PartSpec("linear")
  /// `dataset`: mean and deviation of each channel over the training set, as nodes of the graph; `none`.
  public var normalization = Normalization.dataset
  /// Views of each image whose probabilities the exported model averages.
  public var testTimeAugmentation = TestTimeAugmentation.none

  public enum TestTimeAugmentation: String, Codable, Sendable, CaseIterable {
    case none, flips
    /// Flips, and all of them turned by a quarter: eight views.
    case flipsAndTurns = "flips_and_turns"
  }

  public enum Normalization: String, Codable, Sendable, CaseIterable { case dataset, none }

  public init() {}
}

/// How the model is trained.
public struct TrainSpec: Codable, Sendable, Hashable {
  public var epochs = 30
  public var batch = 32
  public var optimizer = Optimizer()
  public var schedule = Schedule()
  /// Largest global norm of the gradients; 0 doesn't clip.
  public var clipNorm = 0.0
  public var labelSmoothing = 0.0
  public var classWeights = ClassWeights.none
  public var sampling = Sampling.shuffle
  public var augment = Augment()
  public var earlyStopping = EarlyStopping()
  /// Part → a `.zoo` file whose weights it starts from, e.g. `{backbone: "other.zoo"}`.
  public var `init`: [String: String] = [:]
  /// Parts whose parameters don't change.
  public var freeze: [String] = []
  /// Part → factor on the learning rate, e.g. `{backbone: 0.1}`.
  public var learningRates: [String: Double] = [:]
  /// Steps between two checkpoints inside an epoch; 0 saves at the ends of epochs only.
  public var checkpointSteps = 0
  /// Whether the log is written for TensorBoard too.
  public var tensorboard = false
  public var precision = Pass.Precision.float32
  /// Decay of the moving average of the weights that is validated and exported instead of them; 0 averages nothing.
  public var ema = 0.0
  /// The α of Beta(α, α) by which pairs of samples are blended, or a box of one is put into the other; 0 for neither.
  public var mixup = 0.0
  public var cutmix = 0.0
  /// The γ of the focal loss: the cross entropy of an item counts (1 − p)^γ times, p being the probability of its class; 0
  /// is the cross entropy itself.
  public var focal = 0.0

  /// Whether samples are mixed with each other.
  var mixesSamples: Bool { mixup > 0 || cutmix > 0 }

  /// Dense head: what of its map is learnt.
  public var positions = Positions.auto

  public enum Positions: String, Codable, Sendable, CaseIterable {
    /// All positions where samples are cells of fields with background, else the middle.
    case auto
    /// The middle alone, which has the sample's label.
    case middle
    case all
  }

  public enum ClassWeights: String, Codable, Sendable, CaseIterable { case none, balanced }
  public enum Sampling: String, Codable, Sendable, CaseIterable { case shuffle, balanced }

  public struct Optimizer: Codable, Sendable, Hashable {
    public enum Name: String, Codable, Sendable, CaseIterable { case adamw, sgd }
    public var name = Name.adamw
    public var learningRate = 1e-3
    /// Decoupled; not of biases and the parameters of normalisations.
    public var weightDecay = 0.01
    /// SGD.
    public var momentum = 0.9
    public var nesterov = false
    /// AdamW.
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8

    public init() {}
  }

  public struct Schedule: Codable, Sendable, Hashable {
    public enum Name: String, Codable, Sendable, CaseIterable {
      case constant, cosine
      case oneCycle = "one_cycle"
      case step
    }
    public var name = Name.cosine
    /// Epochs of linear warm-up from zero.
    public var warmupEpochs = 0.0
    /// Cosine, one-cycle: the last learning rate as a share of the highest.
    public var finalFactor = 0.0
    /// One-cycle: the share of the run that rises.
    public var risingShare = 0.3
    /// Step: epochs between two drops, and the factor of each.
    public var stepEpochs = 10.0
    public var gamma = 0.1

    public init() {}
  }

  /// Random changes to training samples; all frames and channels of a sample are moved alike, intensities change for
  /// each channel by itself.
  public struct Augment: Codable, Sendable, Hashable {
    public var flipHorizontal = false
    public var flipVertical = false
    /// Quarter turns.
    public var rotate90 = false
    /// Largest shift in pixels, in both directions.
    public var shift = 0
    /// Smallest share of the area that a random crop keeps before it is resized back; 1 doesn't crop.
    public var cropArea = 1.0
    /// Largest relative change of a channel's contrast around its mean, and largest offset and noise as shares of its
    /// deviation: both are ``ChannelValues`` of the training set.
    public var gain = 0.0
    public var offset = 0.0
    /// Largest sigma of a Gaussian blur in pixels.
    public var blur = 0.0
    public var noise = 0.0

    public init() {}
  }

  public struct EarlyStopping: Codable, Sendable, Hashable {
    /// The validation metric that chooses the best checkpoint: `loss`, `accuracy`, `balanced_accuracy` or `macro_f1`.
    public var metric = "balanced_accuracy"
    /// Epochs without improvement before training stops; 0 never stops early.
    public var patience = 0

    public init() {}
  }

  public init() {}
}
