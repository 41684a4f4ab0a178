import Testing
import ZooWorkbench

/// What a person reads about a wrong spec.
@Suite("Messages about specs")
struct SpecMessageTests {
  private func messages(_ text: String, _ overrides: [String] = []) -> String {
    do {
      _ = try SpecReader().read(text: text, file: "my.json5", overrides: overrides)
      return "no problem"
    } catch {
      return "\(error)"
    }
  }

  @Test("a name that isn't that of one folder is refused", arguments: ["a/b", "a/\u{308}b", "a\\b", "a\0b", ".", ".."])
  func folderNames(name: String) throws {
    let text = JSONValue.object(["name": .string(name)]).canonicalText()
    #expect(messages(text).contains("can't be the name of a folder"))
    #expect(messages("{name: 'A run, 2.5 µm … v1'}") == "no problem")
    // What was trained under such a name can still be read.
    #expect(try SpecReader(registry: nil).readOne(text: text, file: "spec.json").name == name)
  }

  static let table: [(String, String)] = [
    (
      "{name: '../../escape'}",
      "my.json5:1:8: name: '../../escape' can't be the name of a folder; expected a name without / and \\. "
        + "Choose where the run goes by --run-dir."
    ),
    (
      "{train: {epochs: 0}}",
      "my.json5:1:18: train.epochs: 0 isn't allowed; expected a whole number, 1…1000000."
    ),
    (
      "{data: {height: 8193}}", "my.json5:1:17: data.height: 8193 isn't allowed; expected a whole number, 1…8192."
    ),
    (
      "{data: {simulation: {experiments: 1001}}}",
      "my.json5:1:35: data.simulation.experiments: 1001 isn't allowed; expected a whole number, 1…1000."
    ),
    (
      "{data: {simulation: {cellsPerClass: 100001}}}",
      "my.json5:1:37: data.simulation.cellsPerClass: 100001 isn't allowed; expected a whole number, 1…100000."
    ),
    (
      "{train: {batch: 0}}", "my.json5:1:17: train.batch: 0 isn't allowed; expected a whole number, 1…65536."
    ),
    (
      "{train: {batch: 2.5}}", "my.json5:1:17: train.batch: 2.5 isn't allowed; expected a whole number, 1…65536."
    ),
    (
      "{train: {batch: 'many'}}",
      "my.json5:1:17: train.batch: the text 'many' isn't allowed; expected a whole number, 1…65536."
    ),
    (
      "{train: {optimizer: {learningRate: 0}}}",
      "my.json5:1:36: train.optimizer.learningRate: 0 isn't allowed; expected a number, above 0, at most 1000."
    ),
    (
      "{train: {optimizer: {learningRate: Infinity}}}",
      "my.json5:1:36: train.optimizer.learningRate: an infinite number isn't allowed; expected a number, above 0, at most 1000."
    ),
    (
      "{train: {clipNorm: NaN}}",
      "my.json5:1:20: train.clipNorm: NaN isn't allowed; expected a number, at least 0."
    ),
    (
      "{train: {epoch: 3}}",
      "my.json5:1:10: train.epoch: the key is unknown; expected epochs, batch, shards, clipNorm, labelSmoothing, classWeights, sampling, positions, precision, ema, mixup, cutmix, focal, checkpointSteps, tensorboard, init, freeze, learningRates, earlyStopping, optimizer, schedule or augment. Did you mean 'epochs'?"
    ),
    (
      "{epochs: 3}",
      "my.json5:1:2: epochs: the key is unknown; expected extends, sweep, seeds, folds, published, name, summary, seed, data, model or train. Did you mean 'train.epochs'?"
    ),
    (
      "{train: 3}",
      "my.json5:1:9: train: 3 isn't allowed; expected an object with the keys epochs, batch, shards, clipNorm, labelSmoothing, classWeights, sampling, positions, precision, ema, mixup, cutmix, focal, checkpointSteps, tensorboard, init, freeze, learningRates, earlyStopping, optimizer, schedule or augment."
    ),
    (
      "{train: {optimizer: {name: 'adam'}}}",
      "my.json5:1:28: train.optimizer.name: 'adam' is unknown; expected adamw or sgd. Did you mean 'adamw'?"
    ),
    (
      "{train: {freeze: ['backbon']}}",
      "my.json5:1:19: train.freeze[0]: 'backbon' is unknown; expected backbone, temporal or head. Did you mean 'backbone'?"
    ),
    (
      "{train: {learningRates: {haed: 2}}}",
      "my.json5:1:26: train.learningRates.haed: the key is unknown; expected backbone, temporal or head. Did you mean 'head'?"
    ),
    (
      "{data: {channels: 'BF'}}",
      "my.json5:1:19: data.channels: the text 'BF' isn't allowed; expected a list, each element of it a text. Write [\"BF\"]."
    ),
    (
      "{data: {split: {holdOut: [319]}}}",
      "my.json5:1:27: data.split.holdOut[0]: 319 isn't allowed; expected a text. Write \"319\"."
    ),
    (
      "{data: {split: {holdOut: '[0319, 03]'}}}",
      "my.json5:1:26: data.split.holdOut: the text '[0319, 03]' isn't allowed; expected a list, each element of it a text. Write [\"0319\", \"03\"]."
    ),
    (
      "{data: {channels: ['BF', 'PI', 'BF']}}", "my.json5:1:19: data.channels: 'BF' stands there twice."
    ),
    (
      "{data: {split: {train: 0.5, validation: 0.2, test: 0.2}}}",
      "my.json5:1:16: data.split: train, validation and test add up to 0.9; expected 1. Set all three."
    ),
    (
      "{data: {source: 'csv'}}",
      "my.json5:1:17: data.source: a source 'csv' without data.root. Set data.root to the folder of the data."
    ),
    (
      "{data: {root: ''}}",
      "my.json5:1:15: data.root: is empty. Set it to the folder of the data, or to null."
    ),
    (
      "{data: {classes: ['other', 'pyroptosis'], relabel: {healthy: 'othr'}}}",
      "my.json5:1:62: data.relabel.healthy: the class 'othr' isn't one of data.classes; expected other or pyroptosis. Did you mean 'other'?"
    ),
    (
      "{data: {frames: 9}}",
      "my.json5:1:17: data.frames: a sequence needs model.temporal. Set model.temporal, e.g. to lstm."
    ),
    (
      "{model: {temporal: 'mean'}}",
      "my.json5:1:20: model.temporal: single images have no temporal part. Set data.frames, or model.temporal=null."
    ),
    (
      "{model: {backbone: {width: 3}}}",
      "my.json5:1:20: model.backbone: an object without `name`; expected the name of a backbone, or an object with `name` and its settings."
    ),
    (
      "{data: {range: [3, 1]}}",
      "my.json5:1:16: data.range: isn't a range; expected two numbers, the lower first, e.g. [0, 4095]."
    ),
    ("[1]", "my.json5:1:1: the spec is a list; expected an object, e.g. {data: {…}, model: {…}, train: {…}}."),
    (
      "{extends: 'quickstrat'}",
      "my.json5:1:11: extends: there is no spec 'quickstrat'; expected a name of the catalogue, or a path such as ./quickstrat.json5. Did you mean 'quickstart'?"
    ),
    (
      "{extends: './absent.json5'}",
      "my.json5:1:11: extends: ./absent.json5 doesn't exist. The path is relative to the file that extends it."
    ),
    (
      "{sweep: {seed: 3}}",
      "my.json5:1:16: sweep.seed: 3 isn't allowed; expected a list of values, or an object with level → key path → value."
    ),
    (
      "{sweep: {seed: [1, 'x']}}",
      "my.json5:1:20: seed: the text 'x' isn't allowed; expected a whole number, at least 0."
    ),
  ]

  @Test("each mistake has its message", arguments: table)
  func message(text: String, expected: String) { #expect(messages(text) == expected) }

  @Test("all mistakes are reported at once, each at its own place")
  func together() {
    let text = """
      {
        sedes: 1,
        train: {
          epochs: 0,
          batch: -1,
          augment: {flip: true},
        },
      }
      """
    let lines = messages(text).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("my.json5:2:3: sedes: the key is unknown") == true)
    #expect(lines.last?.hasPrefix("my.json5:6:15: train.augment.flip: the key is unknown") == true)
  }

  @Test("an unknown plugin and an unknown setting name the nearest")
  func plugins() {
    #expect(messages("{model: {backbone: 'resnet81'}}").hasSuffix("Did you mean 'resnet18'?"))
    #expect(messages("{model: {backbone: 'resnet81'}}").hasPrefix("my.json5:1:20: model.backbone: "))
    let setting = messages("{model: {head: {name: 'mlp', wdith: 3}}}")
    #expect(setting.hasPrefix("my.json5:1:37: model.head.wdith: "), "\(setting)")
  }

  @Test("a mistake on the command line says so")
  func overrides() {
    #expect(
      messages("{}", ["train.epochs=0"])
        == "command line: train.epochs: 0 isn't allowed; expected a whole number, 1…1000000.")
    #expect(messages("{}", ["train.epochs"]).hasPrefix("'train.epochs' isn't an override; expected key.path=value"))
    #expect(messages("{}", ["=3"]).hasPrefix("'=3' isn't an override"))
    #expect(messages("{}", ["a..b=3"]).hasPrefix("'a..b' isn't a key path"))
  }
}
