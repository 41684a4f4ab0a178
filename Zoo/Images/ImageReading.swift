/// What the pages of TIFF files are, slowest axis first; believed instead of what the files say.
package enum PageAxes: String, Codable, Sendable, Hashable, CaseIterable {
  /// What the files say; pages of files that say nothing are channels of an image, or frames of a sequence.
  case auto
  /// A channel a page.
  case channels = "CYX"
  /// A frame a page.
  case frames = "TYX"
  /// All channels of a frame, then those of the next.
  case framesOfChannels = "TCYX"
  /// All frames of a channel, then those of the next.
  case channelsOfFrames = "CTYX"
  /// A slice in depth a page.
  case slices = "ZYX"
  /// All channels of a slice, then those of the next.
  case slicesOfChannels = "ZCYX"
  /// All slices of a channel, then those of the next.
  case channelsOfSlices = "CZYX"
  /// What the files say, but what they call times are slices in depth.
  case timesAreSlices = "TasZ"

  /// Whether the files' own word counts, or would if they said something.
  package var isStated: Bool { self == .auto || self == .timesAreSlices }
}

/// What is expected of a file, for what it doesn't say itself.
package struct ImageReading: Sendable, Hashable {
  /// Frames of the sequence that the file holds; `nil` for one picture.
  package var frames: Int?
  /// Channels of the file, if they are known.
  package var channels: Int?
  package var axes: PageAxes
  /// What the pages of files are that don't say it.
  package var unstatedAxes = PageAxes.auto
  /// What is done with slices in depth; they are frames, or refused, if `nil`.
  package var slices: SliceChoice?

  package init(frames: Int? = nil, channels: Int? = nil, axes: PageAxes = .auto, slices: SliceChoice? = nil) {
    self.frames = frames
    self.channels = channels
    self.axes = axes
    self.slices = slices
  }
}
