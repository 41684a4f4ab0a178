import Testing
import ZooData
import ZooWorkbench

@Suite("NumPy files")
struct NumPyFileTests {
  @Test("reads what NumPy wrote: Fortran order, big-endian numbers, scalars, flags")
  func reads() throws {
    let fortran = try NumPyFile.read(ImageFixtures.path("fortran.npy"))
    #expect(fortran.shape == [2, 3, 4] && fortran.values() == (0..<24).map { Float($0) })
    let big = try NumPyFile.read(ImageFixtures.path("big-endian.npy"))
    #expect(big.shape == [1, 3] && big.values() == [1, -2, 300_000] as [Int32])
    let scalar = try NumPyFile.read(ImageFixtures.path("scalar.npy"))
    #expect(scalar.shape == [] && scalar.values() == [2.5])
    #expect(try NumPyFile.read(ImageFixtures.path("flags.npy")).values() == [true, false, true])
  }

  @Test("what is written comes back, with the header NumPy asks for")
  func roundTrip() throws {
    for shape in [[], [0], [5], [2, 3, 4]] {
      let tensor = try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Int64($0 - 3) })
      let bytes = try NumPyFile.encode(tensor)
      #expect((bytes.count - tensor.type.byteCount) % 64 == 0)
      let read = try NumPyFile.decode(bytes)
      #expect(read.type == tensor.type && read.values() == tensor.values(as: Int64.self))
    }
  }

  @Test("refuses what it can't read, and damage never traps")
  func broken() throws {
    let bytes = try NumPyFile.encode(Tensor(shape: [2, 2], [1, 2, 3, 4] as [Float]))
    #expect(throws: ZooError.self) { try NumPyFile.decode(Array(bytes.dropLast())) }
    let huge = "{'descr': '<f4', 'fortran_order': True, 'shape': (4611686018427387904, 4611686018427387904), }"
    let header: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(huge.utf8.count), 0]
    #expect(throws: ZooError.self) { try NumPyFile.decode(header + Array(huge.utf8)) }
    // No elements, whatever the other sizes are.
    let empty = "{'descr': '<f4', 'fortran_order': True, 'shape': (1099511627776, 0), }"
    let emptyHeader = header.dropLast(2) + [UInt8(empty.utf8.count), 0]
    #expect(try NumPyFile.decode(Array(emptyHeader) + Array(empty.utf8)).shape == [1 << 40, 0])
    let objects = huge.replacing("<f4", with: "|O8")
    #expect(throws: ZooError.self) { try NumPyFile.decode(header + Array(objects.utf8)) }
    ImageFixtures.torment(bytes, file: nil) { _ = try NumPyFile.decode($0) }
  }
}
