import KernelWalk
import ZooKernels

/// Walks the checks of RuntimeTests over every entry and tile in every instruction set of this processor, without the
/// test library, which neither sanitizers nor an emulated processor have to carry.
@main struct Walk {
  static func main() {
    var (walked, wrong, sets) = (0, 0, 0)
    func note(_ set: String, _ what: String, _ difference: String?) {
      walked += 1
      if difference != nil { wrong += 1 }
      print("\(set), \(what): \(difference ?? "agrees")")
    }
    for number in 0..<zoo_isa_count() {
      let isa = zoo_isa(UInt32(number))
      let set = String(cString: zoo_isa_name(isa))
      guard zoo_isa_supported(isa) else { continue }
      sets += 1
      for index in 0..<zoo_entry_count() {
        let name = String(cString: zoo_entry_name(index))
        note(set, name, EntryCheck.all[name].map { $0.difference(isa) } ?? "there is no check for this entry")
      }
      note(set, "tiles of floats", TileCheck.difference(isa, pairs: false))
      note(set, "tiles of pairs of bfloat16", TileCheck.difference(isa, pairs: true))
      note(set, "tiles of 8-bit integers", TileCheck.quantizedDifference(isa))
    }
    print("\(walked) checks in \(sets) instruction sets, \(wrong) wrong")
    exit(wrong == 0 && sets > 0 ? 0 : 1)
  }
}
