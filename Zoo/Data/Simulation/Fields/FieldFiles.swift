import Foundation
import ZooFormat

/// What the writers of the layouts have in common.
package enum FieldFiles {
  package static func makeFolder(_ path: String) throws(ZooError) {
    try OpenFolder.make(path)
  }

  /// Six decimals: exact enough for the middle of a pixel to stay there.
  package static func text(_ value: Double) -> String { String(format: "%.6f", value) }

  package static func padded(_ number: Int, _ digits: Int) -> String {
    String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
  }

  /// Writes a file without flushing it: thousands of flushes would take most of the time.
  package static func write(_ bytes: [UInt8], to path: String) throws(ZooError) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ZooError(.failed, file: path, problem: "can't be written: \(error.localizedDescription)")
    }
  }

  static func write(_ text: String, to path: String) throws(ZooError) { try write(Array(text.utf8), to: path) }

  /// Planes as one TIFF file.
  static func write(
    _ planes: [[Float]], width: Int, height: Int, description: String, to path: String
  ) throws(ZooError) {
    let stream = try TIFFPlaneStream(
      nil, width: width, height: height, pages: planes.count, description: description, note: Simulation.note)
    for plane in planes { try stream.add(plane) }
    try write(stream.bytes, to: path)
  }

  /// OME-XML of 16-bit planes, channels first.
  static func ome(width: Int, height: Int, frames: Int) -> String {
    let schema = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    let channels = Simulation.channels.enumerated().map { index, name in
      "<Channel ID=\"Channel:0:\(index)\" Name=\"\(name)\" SamplesPerPixel=\"1\"/>"
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OME xmlns=\"\(schema)\" "
      + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"\(schema) \(schema)/ome.xsd\">"
      + "<Image ID=\"Image:0\"><Pixels ID=\"Pixels:0\" DimensionOrder=\"XYCZT\" Type=\"uint16\" "
      + "SizeX=\"\(width)\" SizeY=\"\(height)\" SizeC=\"\(channels.count)\" SizeZ=\"1\" SizeT=\"\(frames)\" "
      + "PhysicalSizeX=\"\(FieldSimulation.pixelSize)\" PhysicalSizeY=\"\(FieldSimulation.pixelSize)\" "
      + "PhysicalSizeXUnit=\"&#181;m\" PhysicalSizeYUnit=\"&#181;m\" "
      + "TimeIncrement=\"\(FieldSimulation.frameInterval)\" TimeIncrementUnit=\"min\">"
      + channels.joined() + "<TiffData/></Pixels></Image></OME>"
  }

  /// ImageJ's description of a hyperstack.
  static func imageJ(channels: Int, frames: Int) -> String {
    "ImageJ=1.54f\nimages=\(channels * frames)\nchannels=\(channels)\nframes=\(frames)\nhyperstack=true\nmode=grayscale\n"
      + "finterval=\(FieldSimulation.frameInterval * 60)\ntunit=s\n"
  }
}
