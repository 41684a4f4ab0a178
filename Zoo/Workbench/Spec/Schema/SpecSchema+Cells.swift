import ZooData
import ZooPlugins

extension SpecSchema {
  static let cells: [SpecKey] = [
    .choice(
      "data.cells.layout", \.data.cells.layout,
      "In which form the fields and the tables were left; `auto`: found in the folder; `table`: only as the keys below say."
    ),
    .text(
      "data.cells.images", \.data.cells.images,
      "Pattern of the images' paths, e.g. `{well}/Img_t{frame:04}_ch{channel}.png`: `{frame}`, `{channel}` and `{z}` are the plane, all other parts tell fields apart; the layout's own if null."
    ),
    .map(
      "data.cells.channelImages", \.data.cells.channelImages,
      "Channel → pattern of its images' paths, with the same parts, where channels have folders or names of their own, e.g. {DNA: \"{field:02}/t{frame}.tif\", PI: \"{field:02}_PI/t{frame}.tif\"}; replaces `images`."
    ),
    .text(
      "data.cells.tables", \.data.cells.tables,
      "Pattern of the paths of the tables or label images, with the same parts; the layout's own if null."),
    .map(
      "data.cells.columns", \.data.cells.columns,
      "What a column of the tables means → its name. `label` may be several with + between them: `status+fate` of 1 and 2 is `1+2`, which data.relabel makes a class.",
      keys: CellLayout.meanings),
    .choice(
      "data.cells.units", \.data.cells.units,
      "What positions are measured in; `auto`: what the table says, or what the layout's program writes."),
    .map(
      "data.cells.tableUnits", \.data.cells.tableUnits,
      "Pattern of tables' paths → what their positions are measured in, where not all have one unit, e.g. {\"tracks/C.csv\": micrometre}; a column `unit` may say it row by row.",
      among: [DataSpec.Cells.Units.pixel, .micrometre].map(\.rawValue)),
    .number(
      "data.cells.pixelSize", \.data.cells.pixelSize, .above(0, upTo: 1000),
      "Micrometres of a pixel; what the images say if null."),
    .map(
      "data.cells.pixelSizes", \.data.cells.pixelSizes, .above(0, upTo: 1000),
      "Pattern of images or folders, as in data.exclude → micrometres of a pixel there, where films differ and don't say it, e.g. {\"day1/\": 0.65}."
    ),
    .number(
      "data.cells.firstPixel", \.data.cells.firstPixel, NumberRange(0...1),
      "Coordinate of the middle of the first pixel, in pixels: 0 (scikit-image, TrackMate, CellProfiler), 0.5 where positions are measured from the image's corner (QuPath, ImageJ's results, NIS-Elements), 1 where pixels are counted from 1 (MATLAB)."
    ),
    .choice(
      "data.cells.timeUnit", \.data.cells.timeUnit,
      "What the tables' column of times (`data.cells.columns.time`) is measured in; `auto`: what TrackMate's header says. Predictions have the times; nothing is learnt from them."
    ),
    .integer(
      "data.cells.firstFrame", \.data.cells.firstFrame, -1_000_000...1_000_000,
      "The tables' number of the images' first frame; found if only one can be meant."),
    .choice(
      "data.cells.tableFrames", \.data.cells.tableFrames,
      "Where films lack frames: `numbers`, tables number frames as names of files do; `order`, they count the files that there are; `auto`: refused if both may be meant."
    ),
    .text(
      "data.cells.plateMap", \.data.cells.plateMap,
      "CSV of what was done to each well (`well`, `experiment` and further columns), relative to the root; `plate_map.csv` if there is one."
    ),
    .text(
      "data.cells.sliceTable", \.data.cells.sliceTable,
      "CSV of which slice is used of each frame, where slices are files with `{z}` in their names: parts of the images' pattern or columns of the plate map, `frame` as names of files count, and `slice`; frames with an empty slice are left out. Relative to the root."
    ),
    .map(
      "data.cells.sliceColumns", \.data.cells.sliceColumns, "What a column of that table means → its name.",
      keys: ["slice", "frame"]),
    .integer(
      "data.cells.size", \.data.cells.size, 1...Dataset.largestSide,
      "Edge length of a crop in pixels of the field, before it is resized; data.height and data.width if null."),
    .choice(
      "data.cells.border", \.data.cells.border,
      "Crops that reach over the border: left out, mirrored at the outermost pixels, or zero there."),
    .bool("data.cells.mask", \.data.cells.mask, "Adds the channel `mask`: 1 on the field, 0 beyond its border."),
    .integer(
      "data.cells.before", \.data.cells.before, 0...10000,
      "Frames of a sample before the position's own, of data.frames; half of them if null."),
    .integer(
      "data.cells.step", \.data.cells.step, 1...10000, "Frames of the film from one frame of a sample to the next."),
    .bool(
      "data.cells.follow", \.data.cells.follow,
      "Whether each frame is cut around where the track is then; else all around the position."),
    .choice(
      "data.cells.gaps", \.data.cells.gaps,
      "Frames in which the track has no position: the sample is left out, cut at the nearest known place, or between."),
    .choice(
      "data.cells.ends", \.data.cells.ends,
      "Frames before the film's first and after its last: the sample is left out, the outermost frame repeats, or zeros."
    ),
    .choice("data.cells.untracked", \.data.cells.untracked, "Positions outside of tracks, in tables that have tracks."),
    .choice(
      "data.cells.labelNumbers", \.data.cells.labelNumbers,
      "What numbers in label images are: `tracks`, one number is one cell in all frames; `objects`, each frame is numbered by itself, and nothing is followed."
    ),
    .choice(
      "data.cells.missingChannel", \.data.cells.missingChannel,
      "Fields or frames that lack a channel: an error, zeros and a channel `NAME mask`, or such samples are left out."),
    .integer(
      "data.cells.background", \.data.cells.background, 0...100_000,
      "Random places without a cell in each frame, as samples of the class `background`, for models that find cells in whole fields."
    ),
    .number(
      "data.cells.backgroundDistance", \.data.cells.backgroundDistance, .above(0, upTo: 10000),
      "How far those places lie from every position, in pixels."),
    .integer(
      "data.cells.perClass", \.data.cells.perClass, 1...10_000_000,
      "Training: the most positions of each class in each field that are samples, drawn by data.split.seed; all if null. Cells of a film are much alike from frame to frame."
    ),
    .integer(
      "data.cells.planeMegabytes", \.data.cells.planeMegabytes, 1...1_000_000,
      "Megabytes of decoded planes that are kept in memory while cells are cut."),
  ]

  static let labels: [SpecKey] = [
    .choice(
      "data.labels.from", \.data.labels.from,
      "Cells: the tables' own column, a table of annotations, the plate map's column data.columns.label, or a dye that enters dead cells."
    ),
    .text(
      "data.labels.file", \.data.labels.file,
      "Annotations: the table, or a pattern of several (`annotations/{well}.csv`), relative to the root; annotations.csv if null."
    ),
    .map(
      "data.labels.columns", \.data.labels.columns,
      "Annotations: what a column means → its name. Without frames, a label is that of the whole track; from `first` to `last`, both included, where these stand (blank: to the end of the track). `object` is the number of a cell in one frame, as the tables have it; `image` the name of a field's file, or CellProfiler's `ImageNumber`; `experiment`, `plate`, `well` and `field` are parts of data.cells.images, also of other parts a column of their name. `weight`, a number above 0, says how much the sample counts in the loss; it is used only if it stands here.",
      keys: CellLabels.meanings),
    .choice(
      "data.labels.by", \.data.labels.by,
      "Annotations: whether rows find their cells by track and frame, by the number of the object in its frame, or by the nearest position of the frame."
    ),
    .number(
      "data.labels.distance", \.data.labels.distance, .above(0, upTo: 10000),
      "Annotations: the farthest position that a row may mean, in pixels."),
    .integer(
      "data.labels.firstFrame", \.data.labels.firstFrame, 0...1_000_000,
      "Annotations: their number of the images' first frame; as the tables count if null."),
    .list(
      "data.labels.ignore", \.data.labels.ignore,
      "Labels that are taken as none, such as what annotators weren't sure of."),
    .text("data.labels.pi.channel", \.data.labels.pi.channel, "Dye: its channel."),
    .choice(
      "data.labels.pi.threshold", \.data.labels.pi.threshold,
      "Dye: for each experiment Otsu's threshold of all nuclei, a given value, or deviations above the ground."),
    .number(
      "data.labels.pi.value", \.data.labels.pi.value, NumberRange(-1e9...1e9),
      "Dye: the given value, in brightness above the frame's median."),
    .number(
      "data.labels.pi.deviations", \.data.labels.pi.deviations, .above(0, upTo: 1000),
      "Dye: robust deviations above the median of all nuclei."),
    .integer(
      "data.labels.pi.persistence", \.data.labels.pi.persistence, 1...10000,
      "Dye: frames in a row above the threshold; the first of them is the rupture."),
    .number(
      "data.labels.pi.radius", \.data.labels.pi.radius, NumberRange(0.5...1000),
      "Dye: radius in pixels of the disc around the position that is measured."),
    .text("data.labels.pi.negative", \.data.labels.pi.negative, "Dye: class of cells before the rupture."),
    .text("data.labels.pi.positive", \.data.labels.pi.positive, "Dye: class of cells from the rupture on."),
  ]
}
