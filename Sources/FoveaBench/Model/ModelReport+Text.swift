public import FoveaJSON
import FoveaServing
import FoveaTensor

extension ModelReport {
    /// A table of the layers for people, with a summary above.
    public var text: String {
        let peak = "\((gigaflops / roofline.peak * 100).fixed(0)) % of the peak \(roofline.peak.fixed(0))"
        var text =
            "\(model) (\(architecture)\(part == .decoder ? ", decoder" : "")), \(threads) thread\(threads == 1 ? "" : "s"), "
        text += "batch \(batch), \(precisionName), \(isa)\n"
        text += "median \(timings.median.fixed(2)) ms, p90 \(timings.p90.fixed(2)) ms, "
        text += "min \(timings.least.fixed(2)) ms of \(timings.rounds) rounds; "
        text += "\(gigaflops.fixed(1)) GFLOP/s, \(peak)\n\n"
        var table = TextTable(
            ["MS", "%", "GFLOP/S", "% ROOFLINE", "LAYER"], right: ["MS", "%", "GFLOP/S", "% ROOFLINE"])
        func add(_ name: String, _ time: Double, _ rate: String = "", _ share: String = "") {
            table.add([time.fixed(3), (time / layers.milliseconds * 100).fixed(1), rate, share, name])
        }
        for layer in layers.layers {
            add(layer.name, layer.milliseconds, layer.gigaflops.fixed(1), (layer.rooflineShare * 100).fixed(0))
        }
        add("sum of the layers", layers.sum, (layers.operations / layers.sum / 1e6).fixed(1))
        add("remainder", layers.remainder)
        add("traced inference", layers.milliseconds)
        return text + table.text
    }

    /// The same for programs. The last of `layers` is `remainder`, the time between the others.
    public var json: JSONValue {
        var rows = layers.layers.map { layer in
            row(layer.name, layer.milliseconds, gigaflops: layer.gigaflops, roofline: layer.rooflineShare)
        }
        rows.append(row("remainder", layers.remainder, gigaflops: 0, roofline: nil))
        return [
            "model": .string(model), "architecture": .string(architecture), "threads": .integer(threads),
            "batch": .integer(batch), "precision": .string(precisionName), "isa": .string(isa),
            "rounds": .integer(timings.rounds), "median_ms": .number(timings.median.thousandths),
            "p90_ms": .number(timings.p90.thousandths), "min_ms": .number(timings.least.thousandths),
            "gflops": .number(gigaflops.thousandths), "layers": .array(rows),
        ]
    }

    /// As cards and options spell it.
    private var precisionName: String { precision == .bfloat16 ? "bf16" : "f32" }

    private func row(_ name: String, _ time: Double, gigaflops: Double, roofline: Double?) -> JSONValue {
        [
            "name": .string(name), "ms": .number((time * 1000).thousandths / 1000),
            "gflops": .number(gigaflops.thousandths), "roofline": .optional(roofline?.thousandths),
            "percent": .number((time / layers.milliseconds * 100).thousandths),
        ]
    }
}
