import ZooData
import ZooPlugins

/// All keys of the spec, in the order of the reference.
package enum SpecSchema {
  package static let keys: [SpecKey] =
    general + data + cells + labels + split + model + train + optimizer + schedule + augment

  /// Keys that say how specs are put together and are gone from a resolved one.
  static let composition: [(path: String, help: String)] = [
    ("extends", "Another spec that this one changes: a path relative to this file, or a name of the catalogue."),
    (
      "sweep",
      "Key path → list of values, or factor → level → key path → value: one run for each combination. Or a list of objects with key paths, and `name` if they are to have one: one run for each."
    ),
    ("seeds", "How many seeds (1, 2, …), or a list of them: each run of the sweep once with each."),
    (
      "folds",
      "How many folds of groups, or `leave_one_group_out`: each run of the sweep once with each as its test set."
    ),
    (
      "published",
      "A list of objects with levels of the sweep's factors and a figure of others, e.g. `{backbone: \"resnet18\", accuracy: 0.959}`, which tables put beside."
    ),
  ]

  /// The parts that have parameters, by the names that `train.init` and its kin use.
  static let parts = Plugin.Kind.allCases.map(\.rawValue)

  private static func listed(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound)…\(range.upperBound)" }

  static let general: [SpecKey] = [
    .text("name", \.name, "Name of the run's model; the file's name if not given."),
    .text("summary", \.summary, "One line for `zoo list`."),
    .seed("seed", \.seed, "Seed of everything random: initialization, order of samples, augmentation, dropout."),
  ]

  static let data: [SpecKey] = [
    .choice(
      "data.source", \.data.source,
      "Where samples come from. `auto`: what `data.root` holds (a manifest: `csv`; IDX files: `idx`; else `folder`); without it, `simulated` if the spec has settings in `data.simulation`, otherwise nothing. `cells`: whole fields with tables of positions, see data.cells."
    ),
    .text(
      "data.root", \.data.root,
      "Folder of the data, relative to the folder that `zoo` is called in (not to this file, as `extends` is); the manifest, the images and the IDX files are relative to it."
    ),
    .text(
      "data.manifest", \.data.manifest,
      "CSV: path of the manifest. Without `data.root`, its own folder is the root. A pattern such as `labels/{plate}.csv` takes all tables that fit it as one; its parts become columns, and `*` is anything."
    ),
    .map(
      "data.join", \.data.join,
      "Folder, CSV, cells: tables that say more of the images, of fields beside what the plate map says → the columns that both have and that tell the table's rows apart, e.g. `{\"plates.csv\": [\"plate\", \"well=Well ID\"]}`; `name=its name there` if they are called otherwise. A pattern such as `{plate}/wells.csv` is all tables that fit it. Their other columns are put beside; relative to `data.root`."
    ),
    .text(
      "data.images", \.data.images,
      "Folder, CSV: pattern of the images' paths, whose parts become columns to split by and to tell results apart, e.g. `{class}/{plate}_{well}_f{field}_*.tif`. In folders, `{class}` is the class, at whatever depth, and files that agree in all but `{channel}` are one sample; images that don't fit are refused."
    ),
    .text(
      "data.columns.label", \.data.columns.label,
      "CSV: column with the class; several with + between them whose values together are it (`status+fate`: `1+2`); or columns of yes and no with | between them, of which the names of those with yes are it (`CE|PI`: `CE`, `PI`, `CE+PI`, `negative`)."
    ),
    .text("data.columns.path", \.data.columns.path, "CSV: column with the path of an image that holds all channels."),
    .map(
      "data.columns.channelPaths", \.data.columns.channelPaths,
      "CSV: channel → column with its path, for one file a channel; replaces `path`."),
    .choice(
      "data.columns.missingChannel", \.data.columns.missingChannel,
      "Rows whose cell for the path of a channel is empty, and samples without a file at `{channel}` of `data.images`: an error, zeros and a channel `NAME mask`, or such samples are left out."
    ),
    .map(
      "data.columns.pathPrefixes", \.data.columns.pathPrefixes,
      "CSV: what paths begin with → what stands in its place, relative to the root, e.g. {\"D:\\\\scope\\\\2024\": \"\"} for the paths of another computer; \"\" is put before relative paths."
    ),
    .text(
      "data.columns.sequence", \.data.columns.sequence, "CSV: column that names the sequence that a row is a frame of."),
    .text(
      "data.columns.frame", \.data.columns.frame,
      "CSV: column with the number or the time of a frame: 1, t12, 9:30 or 2024-05-03T09:30."),
    .list(
      "data.columns.within", \.data.columns.within,
      "CSV: columns that names of sequences are unique within, e.g. [experiment] where tracks begin anew in each."),
    .text(
      "data.columns.id", \.data.columns.id, "CSV: column with the name of a sample; if null, `id` or else the path."),
    .text(
      "data.columns.weight", \.data.columns.weight,
      "CSV: column with a number above 0 that says how much a sample counts in the loss, e.g. how sure its label is; all alike if null."
    ),
    .text(
      "data.events.column", \.data.events.column,
      "CSV, films: column with the time of an event, such as a cell's death, counted from the beginning of the whole film: a sample has its row's label if its last frame was taken then or later, else the class `before`; an empty cell, `-` or `NaN` is never. Samples are windows of data.frames frames."
    ),
    .text(
      "data.events.start", \.data.events.start,
      "CSV, films: column with the time of a file's first frame, for files that are pieces of films; 0 if null."),
    .choice(
      "data.events.unit", \.data.events.unit, "CSV, films: what these times are counted in; frames from 0."),
    .number(
      "data.events.interval", \.data.events.interval, .above(0, upTo: 1e9),
      "CSV, films: time from one frame to the next, in that unit; what each file says if null."),
    .text(
      "data.events.before", \.data.events.before,
      "CSV, films: class before the event, and of films without one, whatever their rows' label is."),
    .list(
      "data.imageChannels", \.data.imageChannels,
      "Names of the channels in files that hold all channels of an image; what the files say if empty. Files that state these names have them in any order; where a file's own names are others, these stand for them. `*` at the end: files may have further channels, which aren't used."
    ),
    .map(
      "data.folderChannels", \.data.folderChannels,
      "Names of the channels where their order differs from folder to folder: a folder or file below `root`, written as in `exclude` → names of the channels in files there, in the order of the files' numbers or pages, e.g. {\"P1/\": [DNA, PI, BF], \"P2/\": [BF, DNA, PI]}. Goes before `imageChannels`; of several patterns that fit a file, the longest counts (without `*` and `?`); one that fits no image is refused, `null` takes one of an extended spec back. A channel that a folder doesn't have is missing there."
    ),
    .map(
      "data.channelNames", \.data.channelNames,
      "Channel → what it is called in files that call it differently, e.g. {BF: [Brightfield, \"TL*\"]}; `*` and `?` stand for other characters, case doesn't count. A name that may be two channels is refused."
    ),
    .choice(
      "data.axes", \.data.axes,
      "What the pages of TIFF files are, slowest first, against what the files say: `CYX` a channel a page, `TYX` a frame a page, `TCYX` all channels of a frame and then the next, `CTYX` all frames of a channel and then the next; with slices in depth `ZYX`, `ZCYX`, `CZYX`; `TasZ` what the files say, but their times are slices. How many frames or slices there are follows from the channels, if data.imageChannels names them. `auto`: what the files say (OME-XML, ImageJ, MetaMorph, Zeiss, Micro-Manager, tifffile); pages of others are channels, or frames of a sequence."
    ),
    .slices(
      "data.slices", \.data.slices,
      "What is done with slices in depth when an image is read: the number of one, from 1, or their projection, `max` or `mean` (rounded where samples are whole numbers); with null a stack isn't read as one picture. Fields with `{z}` in their names: the number as names have it."
    ),
    .list(
      "data.exclude", \.data.exclude,
      "Files and folders that are left out wherever images are looked for in folders, e.g. [\"*_overlay*\", \"thumbs/\"]: `*` is anything but a slash, `**` anything, `?` one character; a pattern with a slash inside is a path from the root, one that ends in a slash is for folders. Counted by pattern."
    ),
    .range(
      "data.range", \.data.range,
      "Lowest and highest value that the camera can give, e.g. [0, 4095]; found in the training images if null."),
    .choice(
      "data.onError", \.data.onError,
      "An image that can't be decoded: `stop` before anything is trained, or `skip` it, counted and named in the log and the report."
    ),
    .choice(
      "data.audit", \.data.audit,
      "By what training looks for items of the test set that stand in training already: `pixels` (copies, also turned, mirrored or with another gain, and crops that overlap), or `positions` and tracks alone, which costs nothing."
    ),
    .list("data.channels", \.data.channels, "Channels that the model sees, in order; all of the source's if empty."),
    .list(
      "data.classes", \.data.classes,
      "Classes in the order of the logits; all of the source's, sorted by name, if empty. Samples of others are left out."
    ),
    .map("data.relabel", \.data.relabel, "Class of the source → class of the model, before `classes` is applied."),
    .integer(
      "data.height", \.data.height, 1...Dataset.largestSide,
      "Height in pixels that images are resized to; of simulated cells \(listed(Simulation.sides))."),
    .integer(
      "data.width", \.data.width, 1...Dataset.largestSide,
      "Width in pixels that images are resized to; of simulated cells \(listed(Simulation.sides))."),
    .integer(
      "data.frames", \.data.frames, 1...10000,
      "Frames of a sequence, of simulated cells \(listed(Simulation.frameCounts)); null for single images."),
    .choice(
      "data.windows", \.data.windows,
      "Which windows of `data.frames` frames are taken of longer sequences. They have the sequence's label and stay on one side of the split."
    ),
    .integer(
      "data.windowStep", \.data.windowStep, 1...10000,
      "Frames from the start of one window to that of the next; `data.frames` if null."),
    .list(
      "data.accept", \.data.accept,
      "What is refused in data unless it stands here: `copies` (of images that are there twice the first is used), `missingFiles`, `unlabelled` and `shortSequences` (left out), `spellings` (groups that differ in case, zeros or dates are different), `gaps` (the frames that there are count as successive), `otherNames` (images whose paths `data.images` doesn't fit are left out), `contradictions` (cells that annotations, or two rows of a table, give different labels have none), `divisions` (tracks with two positions in a frame are left out). All is counted and told.",
      choices: Accepted.allCases.map(\.rawValue)),
    .integer(
      "data.cacheMegabytes", \.data.cacheMegabytes, 0...10_000_000,
      "Megabytes of decoded samples that are kept in memory, so that later epochs don't decode them again."),
    .text(
      "data.cache", \.data.cache,
      "Where decoded samples are packed on the disk, for this run and later ones on the same data: a folder, `none`, or `auto`: cells of fields that don't fit into memory, in `$XDG_CACHE_HOME/swift-model-zoo` or `~/.cache/swift-model-zoo`."
    ),
    .integer(
      "data.cacheDiskMegabytes", \.data.cacheDiskMegabytes, 1...1_000_000_000,
      "The most megabytes of packed samples in that folder; those used longest ago make room."),
    .integer(
      "data.simulation.experiments", \.data.simulation.experiments, Simulation.experimentCounts,
      "Simulated experiments."),
    .integer(
      "data.simulation.cellsPerClass", \.data.simulation.cellsPerClass, Simulation.cellCounts,
      "Simulated cells of each class in each experiment."),
    .seed("data.simulation.seed", \.data.simulation.seed, "Seed of the simulation alone."),
    .text("data.idx.trainImages", \.data.idx.trainImages, "IDX: images for training and validation."),
    .text("data.idx.trainLabels", \.data.idx.trainLabels, "IDX: their labels."),
    .text("data.idx.testImages", \.data.idx.testImages, "IDX: images of the test set."),
    .text("data.idx.testLabels", \.data.idx.testLabels, "IDX: their labels."),
    .list("data.idx.labelNames", \.data.idx.labelNames, "IDX: class names in the order of the label numbers."),
  ]

  static let split: [SpecKey] = [
    .list(
      "data.split.by", \.data.split.by,
      "Columns whose combined value is a group that stays together; empty splits at random."),
    .number("data.split.train", \.data.split.train, .above(0, upTo: 1), "Share of training."),
    .number(
      "data.split.validation", \.data.split.validation, NumberRange(0...1),
      "Share of validation; with 0 the last epoch counts as the best."),
    .number("data.split.test", \.data.split.test, NumberRange(0...1), "Share of test."),
    .seed(
      "data.split.seed", \.data.split.seed, "Seed of the split alone: a comparison over `seed` keeps its test set."),
    .integer(
      "data.split.folds", \.data.split.folds, 0...Split.mostFolds,
      "Cross-validation: parts that the groups are dealt into, of which one is the test set instead of the share `test`; 0 makes none. `folds` trains all."
    ),
    .integer("data.split.fold", \.data.split.fold, 1...Split.mostFolds, "The part that is the test set, from 1."),
    .list(
      "data.split.holdOut", \.data.split.holdOut,
      "Groups that are the test set instead of the share `test`, by the names that `split.csv` gives them, e.g. [\"2024-05-10\"]."
    ),
    .text(
      "data.split.file", \.data.split.file,
      "CSV (`id,subset`) of an earlier assignment, used instead of making one; relative to the folder that `zoo` is called in."
    ),
    .text(
      "data.split.column", \.data.split.column,
      "CSV: column with train, validation (val) or test; without any validation, a share of the training part becomes it."
    ),
    .bool(
      "data.split.folders", \.data.split.folders,
      "Folder: subfolders train, val and test stand above those of the classes, and say who goes where."),
  ]

  static let model: [SpecKey] = [
    .part("model.backbone", \.model.backbone, .backbone, "Image to features."),
    .part(
      "model.temporal", \.model.temporal, .temporal, "Features of frames to features of the sequence; sequences only."),
    .part("model.head", \.model.head, .head, "Features to logits."),
    .choice(
      "model.normalization", \.model.normalization,
      "`dataset`: mean and deviation of each channel over the training set, as nodes of the graph."),
    .choice(
      "model.testTimeAugmentation", \.model.testTimeAugmentation,
      "Views of each image whose probabilities are averaged, in the graph of the exported model: `flips` makes four of them, `flips_and_turns` eight (of square images). It is validated without, and takes that many times longer to predict."
    ),
  ]

  static let train: [SpecKey] = [
    .integer("train.epochs", \.train.epochs, 1...1_000_000, "Passes over the training set."),
    .integer("train.batch", \.train.batch, 1...65536, "Samples in a step."),
    .integer(
      "train.shards", \.train.shards, 1...4096,
      "Parts of equal size that each batch is cut into, whose gradients are added up in a fixed order: as many processes as that, or fewer, can train one model by MPI and get the same bytes as one. Normalisations over the batch see a part alone; 1 cuts nothing."
    ),
    .number("train.clipNorm", \.train.clipNorm, .atLeast(0), "Largest global norm of the gradients; 0 doesn't clip."),
    .number(
      "train.labelSmoothing", \.train.labelSmoothing, NumberRange(0...0.99),
      "Share of each target spread over all classes."),
    .choice(
      "train.classWeights", \.train.classWeights, "`balanced` weighs the loss by the inverse of class frequency."),
    .choice("train.sampling", \.train.sampling, "`balanced` draws every class equally often."),
    .choice(
      "train.positions", \.train.positions,
      "Dense head: what of its map is learnt: the `middle` alone, which has the sample's label, or `all` positions, of the class of the cell that they lie at, or of background where all are at least data.cells.backgroundDistance away; `auto`: all if the samples are cells of fields with background and aren't mixed."
    ),
    .choice("train.precision", \.train.precision, "Element type of the activations; parameters stay float32."),
    .number(
      "train.ema", \.train.ema, NumberRange(0...0.999999),
      "Decay of a moving average of all weights and running statistics, e.g. 0.999: it is what is validated and exported; 0 averages nothing (Polyak and Juditsky 1992; Tarvainen and Valpola 2017)."
    ),
    .number(
      "train.mixup", \.train.mixup, NumberRange(0...10),
      "α of mixup, e.g. 0.2: each batch is blended with a permutation of itself by a share from Beta(α, α), and so is the loss; 0 for none (Zhang et al. 2018)."
    ),
    .number(
      "train.cutmix", \.train.cutmix, NumberRange(0...10),
      "α of CutMix, e.g. 1: a box of each sample, of a share from Beta(α, α), comes from another one, and so does this share of the loss; 0 for none (Yun et al. 2019). Beside mixup each batch gets one of both, half of the time."
    ),
    .number(
      "train.focal", \.train.focal, NumberRange(0...10),
      "γ of the focal loss, e.g. 2: the loss of a sample is multiplied by (1 − p)^γ, p being the probability of its class, so that many easy ones don't outweigh few hard ones, as with cells in whole fields; 0 is the cross entropy (Lin et al. 2017)."
    ),
    .integer(
      "train.checkpointSteps", \.train.checkpointSteps, 0...SpecKind.largestInteger,
      "Steps between checkpoints inside an epoch; 0 saves at the ends of epochs only."),
    .bool("train.tensorboard", \.train.tensorboard, "Writes the log for TensorBoard too: `events.out.tfevents.zoo`."),
    .map(
      "train.init", \.train.`init`,
      "Part → `.zoo` file whose weights it starts from, relative to the folder that `zoo` is called in.", keys: parts),
    .list("train.freeze", \.train.freeze, "Parts whose parameters don't change.", choices: parts),
    .map("train.learningRates", \.train.learningRates, .atLeast(0), "Part → factor on the learning rate.", keys: parts),
    .text(
      "train.earlyStopping.metric", \.train.earlyStopping.metric, "Validation metric that chooses the best checkpoint.",
      choices: ["loss", "accuracy", "balanced_accuracy", "macro_f1"]),
    .integer(
      "train.earlyStopping.patience", \.train.earlyStopping.patience, 0...1_000_000,
      "Epochs without improvement before training stops; 0 never stops early."),
  ]

  static let optimizer: [SpecKey] = [
    .choice("train.optimizer.name", \.train.optimizer.name, "The optimizer."),
    .number(
      "train.optimizer.learningRate", \.train.optimizer.learningRate, .above(0, upTo: 1000), "Highest learning rate."),
    .number(
      "train.optimizer.weightDecay", \.train.optimizer.weightDecay, NumberRange(0...1000),
      "Decoupled; not of biases and normalisations."),
    .number("train.optimizer.momentum", \.train.optimizer.momentum, NumberRange(0...0.9999), "SGD: momentum."),
    .bool("train.optimizer.nesterov", \.train.optimizer.nesterov, "SGD: Nesterov's form of momentum."),
    .number(
      "train.optimizer.beta1", \.train.optimizer.beta1, NumberRange(0...0.999999), "AdamW: decay of the first moment."),
    .number(
      "train.optimizer.beta2", \.train.optimizer.beta2, NumberRange(0...0.999999), "AdamW: decay of the second moment."),
    .number(
      "train.optimizer.epsilon", \.train.optimizer.epsilon, .above(0, upTo: 1),
      "AdamW: added to the root of the second moment."),
  ]

  static let schedule: [SpecKey] = [
    .choice("train.schedule.name", \.train.schedule.name, "How the learning rate goes over the run."),
    .number(
      "train.schedule.warmupEpochs", \.train.schedule.warmupEpochs, .atLeast(0),
      "Epochs of linear warm-up from zero; at most half of the run."),
    .number(
      "train.schedule.finalFactor", \.train.schedule.finalFactor, NumberRange(0...1),
      "Cosine, one-cycle: last learning rate as a share of the highest."),
    .number(
      "train.schedule.risingShare", \.train.schedule.risingShare, NumberRange(0...1),
      "One-cycle: share of the run that rises."),
    .number("train.schedule.stepEpochs", \.train.schedule.stepEpochs, .above(0), "Step: epochs between two drops."),
    .number("train.schedule.gamma", \.train.schedule.gamma, .above(0, upTo: 1), "Step: factor of each drop."),
  ]

  static let augment: [SpecKey] = [
    .bool("train.augment.flipHorizontal", \.train.augment.flipHorizontal, "Mirror left and right, half of the time."),
    .bool("train.augment.flipVertical", \.train.augment.flipVertical, "Mirror top and bottom, half of the time."),
    .bool("train.augment.rotate90", \.train.augment.rotate90, "Quarter turns."),
    .integer("train.augment.shift", \.train.augment.shift, 0...8192, "Largest shift in pixels, in both directions."),
    .number(
      "train.augment.cropArea", \.train.augment.cropArea, .above(0, upTo: 1),
      "Smallest share of the area that a random crop keeps; 1 doesn't crop."),
    .number(
      "train.augment.gain", \.train.augment.gain, NumberRange(0...0.99),
      "Largest relative change of a channel's contrast, around its mean over the training set."),
    .number(
      "train.augment.offset", \.train.augment.offset, NumberRange(0...1),
      "Largest offset of a channel, as a share of its deviation over the training set."),
    .number(
      "train.augment.blur", \.train.augment.blur, NumberRange(0...32), "Largest sigma of a Gaussian blur, in pixels."),
    .number(
      "train.augment.noise", \.train.augment.noise, NumberRange(0...1),
      "Largest deviation of added noise, as a share of the channel's deviation over the training set."),
  ]
}
