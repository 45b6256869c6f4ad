public import FoveaJSON
import FoveaServing

extension MachineReport {
    /// Tables for people.
    public var text: String {
        var text = "\(processor), \(threads) thread\(threads == 1 ? "" : "s"), kernels for \(isa)\n\n"
        var arithmetic = TextTable(
            ["ARITHMETIC", "TYPE", "BITS", "THREADS", "GFLOP/S"], right: ["BITS", "THREADS", "GFLOP/S"])
        for peak in peaks {
            arithmetic.add([
                peak.isa + (peak.isa == isa && peak.type == "f32" ? " (in use)" : ""), peak.type, "\(peak.bits)",
                "\(peak.threads)", peak.gigaflops.fixed(1),
            ])
        }
        var multiplication = TextTable(
            ["PRODUCT, 1 THREAD", "KERNELS GFLOP/S", "OPENBLAS GFLOP/S"],
            right: ["KERNELS GFLOP/S", "OPENBLAS GFLOP/S"])
        for rate in products {
            multiplication.add(["\(rate.M)x\(rate.K)x\(rate.N)", rate.kernels.fixed(1), rate.openBLAS.fixed(1)])
        }
        var memory = TextTable(
            ["WORKING SET", "THREADS", "READ GB/S", "WRITE GB/S", "COPY GB/S"],
            right: ["WORKING SET", "THREADS", "READ GB/S", "WRITE GB/S", "COPY GB/S"])
        for row in bandwidths {
            memory.add([
                Self.binarySize(row.bytes), "\(row.threads)", row.read.fixed(1), row.write.fixed(1), row.copy.fixed(1),
            ])
        }
        text += arithmetic.text + "\n" + multiplication.text + "\n" + memory.text + "\n"
        for clock in clocks { text += "clock with \(clock.threads) at work: \(clock.gigahertz.fixed(2)) GHz\n" }
        for loop in pool.loops {
            text += "parallel loop on \(loop.threads) threads: \(loop.empty.fixed(2)) µs empty, "
            text += "\(loop.joined.fixed(2)) µs with all of them in it\n"
        }
        let wake = pool.wakeUp
        text += "waking a sleeping thread: \((wake.median * 1000).fixed(1)) µs"
        text += " (p90 \((wake.p90 * 1000).fixed(1)) µs)\n"
        for note in notes { text += "note: \(note)\n" }
        return text
    }

    /// The same numbers for programs.
    public var json: JSONValue {
        [
            "processor": .string(processor), "threads": .integer(threads), "isa": .string(isa),
            "clocks": .array(
                clocks.map { ["threads": .integer($0.threads), "ghz": .number($0.gigahertz.thousandths)] }),
            "peaks": .array(
                peaks.map {
                    [
                        "isa": .string($0.isa), "type": .string($0.type), "bits": .integer($0.bits),
                        "threads": .integer($0.threads), "gflops": .number($0.gigaflops.thousandths),
                    ]
                }),
            "products": .array(
                products.map {
                    [
                        "m": .integer($0.M), "k": .integer($0.K), "n": .integer($0.N),
                        "kernels_gflops": .number($0.kernels.thousandths),
                        "openblas_gflops": .number($0.openBLAS.thousandths),
                    ]
                }),
            "bandwidths": .array(
                bandwidths.map {
                    [
                        "bytes": .integer($0.bytes), "threads": .integer($0.threads),
                        "read_gbps": .number($0.read.thousandths), "write_gbps": .number($0.write.thousandths),
                        "copy_gbps": .number($0.copy.thousandths),
                    ]
                }),
            "loops": .array(
                pool.loops.map {
                    [
                        "threads": .integer($0.threads), "empty_us": .number($0.empty.thousandths),
                        "joined_us": .number($0.joined.thousandths),
                    ]
                }),
            "wake_us": [
                "median": .number((pool.wakeUp.median * 1000).thousandths),
                "p90": .number((pool.wakeUp.p90 * 1000).thousandths),
            ],
            "notes": .array(notes.map(JSONValue.string)),
        ]
    }

    /// `256 KiB`, `4 MiB`.
    private static func binarySize(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}
