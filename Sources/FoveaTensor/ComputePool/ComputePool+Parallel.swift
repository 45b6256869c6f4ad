import CKernels

extension ComputePool {
    /// Calls `body` once for each index in `0..<count`, in any order, perhaps on several threads at once; returns when
    /// all calls have.
    ///
    /// Inside a job idle workers join in; elsewhere the calls are made one after the other. May be nested.
    /// - Parameter grain: the fewest indices that are worth giving to another thread.
    public static func parallel(count: Int, grain: Int = 1, _ body: (Int) -> Void) {
        parallel(ranges: count, grain: grain) { range in
            for index in range { body(index) }
        }
    }

    /// As `parallel(count:grain:_:)`, but calls `body` with ranges that together are `0..<count`.
    ///
    /// Takes nothing from the heap. Loops of the same length give the same part to the same thread, if it has time.
    public static func parallel(ranges count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let grain = max(grain, 1)
        guard let worker = Worker.current, worker.pointee.canOpenLoop, count / grain > 1, count <= UInt32.max else {
            return body(0..<count)
        }
        var split = Split(worker: worker, count: count, grain: grain)
        withUnsafeMutablePointer(to: &split) { split in
            lend(body, { body, split in split.assumingMemoryBound(to: Split.self).pointee.run(body) }, split)
        }
    }
}

/// How a loop is to be run.
private struct Split {
    let worker: UnsafeMutablePointer<Worker>
    let count: Int
    let grain: Int

    func run(_ body: fovea_body) { worker.pointee.run(body, count: count, grain: grain) }
}

/// Calls `use` with the two words of a closure, which stay valid until it returns; see loop_body.c.
///
/// Swift itself lends a closure to other threads only as an escaping one, which takes two objects from the heap and
/// counts references to them on every call.
@_silgen_name("fovea_lend_body")
private func lend(
    _ body: (Range<Int>) -> Void, _ use: @convention(c) (fovea_body, UnsafeMutableRawPointer) -> Void,
    _ argument: UnsafeMutableRawPointer)
