import FoveaJSON
import Testing

@testable import FoveaModels
@testable import FoveaServing

@Suite struct ModelCardTests {
    static let whole = """
        {
          "task": "classify",
          "architecture": "efficientnet_lite0",
          "weights": "weights.safetensors",
          "labels": "imagenet-1k",
          "sha256": "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
          "license": "Apache-2.0",
          "source": "somewhere",
          "input": {
            "size": [240, 224],
            "resize": { "shorter_side": 256, "filter": "bilinear" },
            "mean": [123.675, 116.28, 103.53],
            "std": [58.395, 57.12, 57.375]
          },
          "precision": "f32",
          "exact_decoding": true,
          "version": "0.1.0",
          "description": "A network"
        }

        """

    private func card(_ json: String) throws(CardError) -> ModelCard { try ModelCard(json: Array(json.utf8)) }

    /// A card with the three required fields and `more`.
    private func card(with more: String) throws(CardError) -> ModelCard {
        try card(#"{"task":"classify","architecture":"toy","weights":"w.pth",\#(more)}"#)
    }

    @Test("A card with every field is read and written back to the letter")
    func roundTrip() throws {
        let card = try card(Self.whole)
        #expect(card.input?.size == [240, 224])
        #expect(card.input?.resize == .crop(shorterSide: 256, filter: .bilinear))
        #expect(card.labels == .builtIn(.imageNet1K))
        #expect(card.exactDecoding == true)
        #expect(card.json.prettyText == Self.whole)
    }

    @Test("Three fields are enough")
    func minimal() throws {
        let card = try card(#"{"weights":"w.pth","task":"detect","architecture":"thundernet_snet146"}"#)
        var expected = ModelCard(task: .detect, architecture: "thundernet_snet146", weights: "w.pth")
        #expect(card == expected)
        expected.labels = .file("x")
        #expect(card != expected)
    }

    /// A detector's card with `more`.
    private func detector(_ more: String) throws(CardError) -> ModelCard {
        try card(#"{"task":"detect","architecture":"toy","weights":"w.pth",\#(more)}"#)
    }

    @Test("What a detector's tensors don't tell is read and written back to the letter")
    func habits() throws {
        let text = """
            {
              "task": "detect",
              "architecture": "thundernet_snet146",
              "weights": "w.pth",
              "labels": "coco-80",
              "input": { "resize": "letterbox" },
              "detector": {
                "channel_mixing": "shuffled_output",
                "anchors": "torchvision",
                "pixel_offset": 1,
                "background": "first",
                "pooling": "average",
                "suppression": "soft_gaussian"
              }
            }

            """
        let card = try card(text)
        #expect(
            card.detector
                == DetectorHabits(
                    channelMixing: .shuffledOutput, anchors: .torchvision, pixelOffset: 1, background: .first,
                    pooling: .average, suppression: .softGaussian))
        #expect(card.input?.resize == .letterbox)
        #expect(card.labels == .builtIn(.coco80))
        #expect(card.json.prettyText == text)
        #expect(try detector(#""detector":{}"#).detector == DetectorHabits())
    }

    @Test(
        "Habits that nobody has are refused with those there are",
        arguments: [
            (
                #""detector":{"channel_mixing":"none"}"#,
                "'detector.channel_mixing' is \"none\", expected one of even_odd, interleaved_input, shuffled_output"
            ),
            (
                #""detector":{"anchors":1}"#,
                "'detector.anchors' is 1, expected one of mmdetection, torchvision, classic"
            ),
            (#""detector":{"pixel_offset":2}"#, "'detector.pixel_offset' is 2, expected 0 or 1"),
            (#""detector":{"background":"none"}"#, "'detector.background' is \"none\", expected one of first, last"),
            (#""detector":{"pooling":"max"}"#, "'detector.pooling' is \"max\", expected one of average, maximum"),
            (
                #""detector":{"suppression":"soft"}"#,
                "'detector.suppression' is \"soft\", expected one of hard, soft_linear, soft_gaussian"
            ),
            (
                #""detector":{"nms":0.5}"#,
                "there is no field 'detector.nms'; known are channel_mixing, anchors, pixel_offset, background, "
                    + "pooling, suppression"
            ),
            (#""detector":true"#, "'detector' is true, expected an object"),
        ])
    func wrongHabits(field: String, text: String) {
        #expect(errorText { _ = try detector(field) } == text)
    }

    @Test("Only detectors have habits, only classifiers crop, and only classifiers can't keep proportions")
    func tasks() throws {
        #expect(
            errorText { _ = try card(with: #""detector":{}"#) }
                == "'detector' is an object, expected no such field where the task is classify")
        let (letterbox, crop) = (#""input":{"resize":"letterbox"}"#, #""input":{"resize":{"shorter_side":300}}"#)
        #expect(try detector(letterbox).input(replacing: Toy.input).resize == .longerSide)
        #expect(try card(with: crop).input(replacing: Toy.input).resize == .shorterSide(300))
        #expect(
            errorText { _ = try card(with: letterbox).input(replacing: Toy.input) }
                == "'input.resize' is \"letterbox\", expected \"stretch\" or an object with shorter_side and filter where "
                + "the task is classify")
        #expect(
            errorText { _ = try detector(crop).input(replacing: Toy.input) }
                == "'input.resize' is a crop, expected \"stretch\" or \"letterbox\": a detector sees the whole picture")
    }

    @Test("Each required field is missed by its name", arguments: ["task", "architecture", "weights"])
    func missing(field: String) {
        let fields = ["task": "classify", "architecture": "toy", "weights": "w.pth"].filter { $0.key != field }
        let text = "{" + fields.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",") + "}"
        let error = #expect(throws: CardError.self) { try card(text) }
        guard case .missing(let name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(name == field)
    }

    @Test("A field that doesn't exist is refused by its path, with those that do")
    func unknown() {
        #expect(
            errorText { _ = try card(with: #""lables":"x""#) }
                == "there is no field 'lables'; known are task, architecture, weights, labels, sha256, license, "
                + "source, input, detector, classifier, precision, exact_decoding, version, description, batching, pinned, self_test"
        )
        #expect(
            errorText { _ = try card(with: #""input":{"resize":{"shorter_side":256,"filtre":"bicubic"}}"#) }
                == "there is no field 'input.resize.filtre'; known are shorter_side, filter")
        #expect(
            errorText { _ = try card(with: #""input":{"crop":1}"#) }
                == "there is no field 'input.crop'; known are size, resize, mean, std")
    }

    @Test(
        "A wrong value is named with its field, what it is and what it should be",
        arguments: [
            (#""input":[]"#, "'input' is an array of 0, expected an object"),
            (#""input":{"size":[224]}"#, "'input.size' is an array of 1, expected [height, width], each 1…4096 pixels"),
            (
                #""input":{"size":[224,0]}"#,
                "'input.size' is an array of 2, expected [height, width], each 1…4096 pixels"
            ),
            (
                #""input":{"size":[1e9,1]}"#,
                "'input.size' is an array of 2, expected [height, width], each 1…4096 pixels"
            ),
            (
                #""input":{"size":[1.5,1]}"#,
                "'input.size' is an array of 2, expected [height, width], each 1…4096 pixels"
            ),
            (
                #""input":{"resize":"squash"}"#,
                "'input.resize' is \"squash\", expected \"stretch\", \"letterbox\" or an object with shorter_side "
                    + "and filter"
            ),
            (
                #""input":{"resize":{"filter":"lanczos"}}"#,
                "'input.resize.filter' is \"lanczos\", expected bilinear or bicubic"
            ),
            (#""input":{"resize":{"shorter_side":-1}}"#, "'input.resize.shorter_side' is -1, expected 1…8192 pixels"),
            (
                #""input":{"mean":[1,2,"3"]}"#,
                "'input.mean' is an array of 3, expected three numbers on the scale 0…255 (red, green, blue)"
            ),
            (
                #""input":{"std":[1,0,1]}"#,
                "'input.std' is an array of 3, expected three positive numbers on the scale 0…255 (red, green, blue)"
            ),
            (
                #""input":{"std":[1,-1,1]}"#,
                "'input.std' is an array of 3, expected three positive numbers on the scale 0…255 (red, green, blue)"
            ),
            (
                #""input":{"std":[1,1e39,1]}"#,
                "'input.std' is an array of 3, expected three positive numbers on the scale 0…255 (red, green, blue)"
            ),
            (#""precision":"f64""#, "'precision' is \"f64\", expected one of f32, bf16"),
            (#""exact_decoding":1"#, "'exact_decoding' is 1, expected true or false"),
            (#""sha256":"abc""#, "'sha256' is \"abc\", expected 64 hexadecimal digits"),
            (
                #""labels":["a"]"#,
                "'labels' is an array of 1, expected imagenet-1k, coco-80, voc-20 or the name of a file in "
                    + "the model's folder"
            ),
            (#""license":null"#, "'license' is null, expected one line of text"),
            (#""source":"a\nb""#, "'source' is \"a\\u{a}b\", expected one line of text"),
        ])
    func wrong(field: String, text: String) {
        #expect(errorText { _ = try card(with: field) } == text)
    }

    @Test(
        "Files outside the model's folder can't be named",
        arguments: ["", ".", "..", "../w.pth", "/etc/passwd", "a/b", ".hidden", "..a", "a\\u0000b", "a\\nb"])
    func outside(file: String) {
        for text in [
            #"{"task":"classify","architecture":"toy","weights":"\#(file)"}"#,
            #"{"task":"classify","architecture":"toy","weights":"w","labels":"\#(file)"}"#,
        ] {
            #expect(throws: CardError.self) { try card(text) }
        }
    }

    @Test("Hostile cards are refused: other kinds of JSON, too large, too deep, not UTF-8")
    func hostile() {
        #expect(throws: CardError.notObject(got: "an array of 0")) { try card("[]") }
        #expect(throws: CardError.json(.unexpectedEnd)) { try card("") }
        let large = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
        #expect(throws: CardError.json(.tooLarge(bytes: (1 << 20) + 1, limit: 1 << 20))) { try ModelCard(json: large) }
        let deep = #"{"task":"# + String(repeating: "[", count: 50_000)
        #expect(throws: CardError.json(.tooDeep(limit: 32))) { try card(deep) }
        #expect(throws: CardError.json(.invalidUTF8(offset: 1))) {
            try ModelCard(json: Array("{\"".utf8) + [0xFF] + Array("\":1}".utf8))
        }
        let escape = errorText { _ = try card(with: #""\u001b[31m":1"#) }
        #expect(escape?.utf8.contains(0x1B) == false)
    }

    @Test("The input's fields replace the architecture's one by one")
    func override() throws {
        #expect(try InputOverride().applied(to: Toy.input) == Toy.input)
        var expected = Toy.input
        expected.filter = .bilinear
        #expect(
            try InputOverride(resize: .crop(shorterSide: nil, filter: .bilinear)).applied(to: Toy.input) == expected)
        expected = Toy.input
        (expected.height, expected.width, expected.std) = (200, 240, [1, 2, 3])
        #expect(try InputOverride(size: [200, 240], std: [1, 2, 3]).applied(to: Toy.input) == expected)
        expected = Toy.input
        (expected.resize, expected.mean) = (.stretch, [1, 2, 3])
        #expect(try InputOverride(resize: .stretch, mean: [1, 2, 3]).applied(to: Toy.input) == expected)
    }

    @Test("A crop larger than the resized photograph is refused, at the limit accepted")
    func crop() throws {
        #expect(throws: Never.self) { try InputOverride(size: [256, 200]).applied(to: Toy.input) }
        #expect(
            errorText { _ = try InputOverride(size: [257, 200]).applied(to: Toy.input) }
                == "'input.resize.shorter_side' is 256, expected at least 257, the larger side of input.size")
    }
}
