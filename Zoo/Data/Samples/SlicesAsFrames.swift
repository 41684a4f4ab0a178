import ZooImages

/// Slices in depth that are taken as the frames of a film, as microscopes' programs often store the one for the other.
package enum SlicesAsFrames {
  /// Whether a file's frames are slices by what it says.
  static func areIn(_ header: ImageHeader) -> Bool { header.framesAreSlices && header.frames > 1 }

  /// What is said wherever data are opened.
  /// - Parameters:
  ///   - count: Of what has such frames.
  ///   - noun: What that is.
  ///   - areItems: Whether `data.frames` frames of each are one item, so that one picture needs `data.frames=null` too.
  static func remark(_ count: Int, _ noun: String, areItems: Bool) -> String {
    "the frames of \(Figures.counted(count, noun)) are slices in depth (Z), as the files say: if they are times, say so "
      + "by data.axes=TYX (TCYX or CTYX with several channels); if each is to be one picture, set data.slices"
      + (areItems ? " and data.frames=null" : "")
  }

  /// What a new spec says beside `frames`.
  package static func doubt(_ header: ImageHeader) -> String {
    let found = header.framesAreSlices ? "slices in depth (Z)" : "time points by what they say"
    return
      "Unsure: the files have \(header.frames) \(found). If these are frames of a film, this is right, and axes: \"TYX\" says so; if they are slices in depth (programs store these as time, too), set slices to a number, \"max\" or \"mean\", and frames to null."
  }
}
