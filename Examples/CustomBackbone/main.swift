// The whole tool with one more backbone. In a package of your own: depend on the product ZooCommand, add a file for the
// backbone and name it here.
//
//   swift run -c release my-zoo train quickstart model.backbone=plain
import ZooCommand

ZooCommand.main(registry: try Registry.standard.adding([PlainBackbone.plugin()]))
