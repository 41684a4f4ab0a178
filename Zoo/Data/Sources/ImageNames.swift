import Foundation
import ZooImages

extension ImageFile {
  /// Whether the ending of a path is that of an image that is read.
  package static func isNamedAsImage(_ path: String) -> Bool {
    extensions.contains((path as NSString).pathExtension.lowercased())
  }
}
