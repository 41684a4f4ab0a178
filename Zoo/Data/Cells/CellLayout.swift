import ZooFormat

/// The forms in which programs leave fields and cells.
package struct CellLayout: Sendable {
  package var name: DataSpec.Cells.Layout
  /// Patterns of the pictures, the first that fits counts.
  var images: [String]
  /// Patterns of the tables (of label images for `ctc`), in the same order as `images`.
  var tables: [String]
  var columns: [String: String]

  /// The columns that a table may have, by what they mean.
  package static let meanings = [
    "x", "y", "frame", "track", "object", "experiment", "plate", "well", "field", "image", "label", "time", "unit",
  ]

  /// Files of whole films, and what the names of tables beside them begin with.
  private static let films = ["{experiment}/{well}", "{well}"].flatMap { stem in
    [".ome.tif", ".tif", ".ome.zarr", ".zarr", ".ome.zarr/0", ".zarr/0"].map { (path: stem + $0, stem: stem) }
  }

  package static let all: [CellLayout] = [
    CellLayout(
      name: .shuttletracker,
      images: ["{experiment}/{well}-ST/Img_t{frame:04}_ch{channel}.png", "{well}-ST/Img_t{frame:04}_ch{channel}.png"],
      tables: [
        "{experiment}/{well}-ST/Img_t{frame:04}-nuc_quant*.csv", "{well}-ST/Img_t{frame:04}-nuc_quant*.csv",
      ], columns: ["x": "center_x", "y": "center_y", "object": "nucleus_id"]),
    CellLayout(
      name: .celldetective,
      images: ["{experiment}/W{well}/{field}/movie/*.tif", "W{well}/{field}/movie/*.tif"],
      tables: [
        "{experiment}/W{well}/{field}/output/tables/trajectories_targets.csv",
        "W{well}/{field}/output/tables/trajectories_targets.csv",
      ], columns: ["x": "POSITION_X", "y": "POSITION_Y", "frame": "FRAME", "track": "TRACK_ID"]),
    CellLayout(
      name: .ctc,
      images: [
        "{experiment}/{well}/{field:02}/t{frame:03}.tif", "{well}/{field:02}/t{frame:03}.tif",
        "{field:02}/t{frame:03}.tif",
      ],
      tables: [
        "{experiment}/{well}/{field:02}_GT/TRA/man_track{frame:03}.tif",
        "{well}/{field:02}_GT/TRA/man_track{frame:03}.tif",
        "{field:02}_GT/TRA/man_track{frame:03}.tif",
      ], columns: [:]),
    CellLayout(
      name: .ctc,
      images: [
        "{experiment}/{well}/{field:02}/t{frame:03}.tif", "{well}/{field:02}/t{frame:03}.tif",
        "{field:02}/t{frame:03}.tif",
      ],
      tables: [
        "{experiment}/{well}/{field:02}_RES/mask{frame:03}.tif", "{well}/{field:02}_RES/mask{frame:03}.tif",
        "{field:02}_RES/mask{frame:03}.tif",
      ], columns: [:]),
    CellLayout(
      name: .ultrack,
      images: [
        "{experiment}/W{well:04}F{field:04}T{frame:04}Z{z:03}C{channel}.tif",
        "W{well:04}F{field:04}T{frame:04}Z{z:03}C{channel}.tif",
      ],
      tables: ["{experiment}/W{well:04}F{field:04}_tracks.csv", "W{well:04}F{field:04}_tracks.csv"],
      columns: ["x": "x", "y": "y", "frame": "t", "track": "track_id", "object": "id"]),
    CellLayout(
      name: .trackmate,
      images: Self.films.map(\.path) + Self.films.map(\.path),
      tables: Self.films.map { "\($0.stem)_allspots.csv" } + Self.films.map { "\($0.stem)_spots.csv" },
      columns: [
        "x": "POSITION_X", "y": "POSITION_Y", "frame": "FRAME", "track": "TRACK_ID", "object": "ID",
        "time": "POSITION_T",
      ]),
    CellLayout(
      name: .napari,
      images: Self.films.map(\.path),
      tables: Self.films.map { "\($0.stem)_tracks.csv" }, columns: ["x": "X", "y": "Y", "frame": "T", "track": "ID"]),
    CellLayout(
      name: .omezarr, images: Self.films.map(\.path).filter { $0.contains(".zarr") },
      tables: Self.films.map(\.path).filter { $0.contains(".zarr") }.map { $0 + "/labels/*" }, columns: [:]),
    // Its file names are anything: never found by themselves.
    CellLayout(
      name: .cellprofiler, images: [], tables: [],
      columns: [
        "x": "Location_Center_X", "y": "Location_Center_Y", "object": "ObjectNumber", "track": "TrackObjects_Label*",
      ]),
    pictures(
      .yolo, images: ["images/{set}/{field}", "images/{field}"], tables: ["labels/{set}/*.txt", "labels/*.txt"]),
    pictures(
      .coco, images: ["images/{field}", "{field}"], tables: ["annotations/*.json", "annotations.json", "*coco.json"]),
  ]

  /// Single images of any format, with tables that name them.
  private static func pictures(_ name: DataSpec.Cells.Layout, images: [String], tables: [String]) -> CellLayout {
    var layout = CellLayout(name: name, images: [], tables: [], columns: [:])
    for (place, image) in images.enumerated() {
      for ending in ["png", "tif", "tiff", "jpg", "jpeg"] {
        // Labels of YOLO lie beside the images in the same way; COCO's table lies anywhere.
        for table in name == .yolo ? [tables[place]] : tables {
          layout.images.append("\(image).\(ending)")
          layout.tables.append(table)
        }
      }
    }
    return layout
  }

  /// The layout and the patterns that fit a folder; `nil` if none does. Both the pictures and the tables must be there.
  package static func detect(
    _ folder: FieldFolder, among layouts: [CellLayout] = all
  ) -> (layout: CellLayout, images: String, tables: String)? {
    for layout in layouts {
      for (images, tables) in zip(layout.images, layout.tables) {
        guard let imagePattern = try? FieldPattern(images, key: ""),
          let tablePattern = try? FieldPattern(tables, key: ""),
          folder.paths.contains(where: { tablePattern.match($0) != nil }),
          folder.paths.contains(where: { imagePattern.match($0) != nil })
        else { continue }
        return (layout, images, tables)
      }
    }
    return nil
  }

  /// The first pattern of pictures that fits a folder, whether there are tables or not.
  package static func images(_ folder: FieldFolder) -> String? {
    all.flatMap(\.images).first { images in
      guard let pattern = try? FieldPattern(images, key: "") else { return false }
      return folder.paths.contains { pattern.match($0) != nil }
    }
  }
}
