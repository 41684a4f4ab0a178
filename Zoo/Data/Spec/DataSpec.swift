import ZooImages

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
  /// CSV: labels of films that change at an event.
  package var events = Events()
  /// Names of the channels in the image files, in the files' order, where one file holds all channels of an image;
  /// what the files themselves say if empty.
  package var imageChannels: [String] = []
  /// Pattern of paths below `root`, as in ``exclude`` → names of the channels in these files, in their order, where it
  /// differs from folder to folder. Of several patterns the longest counts; goes before ``imageChannels``.
  package var folderChannels: [String: [String]] = [:]
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

  /// The event from which on a film has its row's label.
  package struct Events: Codable, Sendable, Hashable {
    package enum Unit: String, Codable, Sendable, CaseIterable { case frame, min, h, s }

    /// The column with its time.
    package var column: String?
    /// The column with the time of a file's first frame.
    package var start: String?
    package var unit = Unit.frame
    /// From one frame to the next, in ``unit``; what files say if `nil`.
    package var interval: Double?
    /// The class until then, and of films without the event.
    package var before = "alive"

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
    package enum TableFrames: String, Codable, Sendable, CaseIterable { case auto, numbers, order }
    package enum Border: String, Codable, Sendable, CaseIterable { case drop, reflect, zero }
    package enum Gaps: String, Codable, Sendable, CaseIterable { case drop, hold, interpolate }
    package enum Ends: String, Codable, Sendable, CaseIterable {
      case drop
      case nearest = "repeat"
      case zero
    }
    package enum Untracked: String, Codable, Sendable, CaseIterable { case drop, keep }
    package enum MissingChannel: String, Codable, Sendable, CaseIterable {
      case refuse, zero, drop

      /// What is done where a channel that is used is missing.
      var deed: String {
        switch self {
        case .refuse: ", which is refused if data.channels has it"
        case .zero: ": zeros there, and a channel that says so"
        case .drop: ": samples without it are left out"
        }
      }
    }

    package enum LabelNumbers: String, Codable, Sendable, CaseIterable {
      /// One number is one cell in all frames.
      case tracks
      /// Each frame is numbered by itself.
      case objects
    }

    package var layout = Layout.auto
    /// Pattern of the pictures' paths, e.g. `{well}/Img_t{frame:04}_ch{channel}.png`.
    package var images: String?
    /// Channel → pattern of its pictures' paths, for channels in folders of their own. Replaces `images`.
    package var channelImages: [String: String] = [:]
    /// Pattern of the tables' paths, e.g. `{well}/tracks.csv`; of label images too.
    package var tables: String?
    /// What a column means → its name.
    package var columns: [String: String] = [:]
    /// What positions are measured in.
    package var units = Units.auto
    /// Pattern of the paths of tables → their unit, where not all have one.
    package var tableUnits: [String: String] = [:]
    /// Edge length of a pixel in micrometres.
    package var pixelSize: Double?
    /// Pattern of images' paths → edge length of a pixel in micrometres, where not all have one.
    package var pixelSizes: [String: Double] = [:]
    /// The coordinate of the middle of the first pixel, in pixels.
    package var firstPixel = 0.0
    /// What the tables' times are measured in.
    package var timeUnit = TimeUnit.auto
    /// The tables' number of the files' first frame.
    package var firstFrame: Int?
    /// Whether tables number frames as the files do, or count those that there are.
    package var tableFrames = TableFrames.auto
    /// Table of what was done to each well, relative to the root.
    package var plateMap: String?
    /// Table of which slice in depth is used of each frame, relative to the root.
    package var sliceTable: String?
    /// Its columns: `slice`, `frame` → name.
    package var sliceColumns: [String: String] = [:]
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
    /// What the numbers in label images are.
    package var labelNumbers = LabelNumbers.tracks
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
    package enum By: String, Codable, Sendable, CaseIterable { case auto, track, object, position }

    package var from = From.table
    /// Annotations: the table, or a pattern of several, relative to the root.
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
  /// Cells that annotations, or two rows of a table, give different labels have none.
  case contradictions
  /// Tracks with two positions in one frame, as after a division, are left out.
  case divisions
}

extension DataSpec {
  func accepts(_ what: Accepted) -> Bool { accept.contains(what.rawValue) }
}
