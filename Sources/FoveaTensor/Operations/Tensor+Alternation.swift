extension Tensor {
    /// The even channels, 0, 2, 4…, of two tensors side by side, and the odd ones, 1, 3, 5….
    ///
    /// - Parameters: `[..., A]` and `[..., B]` with even A and B; both results are `[..., (A + B) / 2]`.
    public static func alternateChannels(of first: Tensor, _ second: Tensor) -> (even: Tensor, odd: Tensor) {
        let (A, B) = (first.shape[first.shape.count - 1], second.shape[second.shape.count - 1])
        precondition(
            second.shape == first.shape.withLast(B) && A.isMultiple(of: 2) && B.isMultiple(of: 2),
            "shapes \(first.shape) and \(second.shape) have no even numbers of channels side by side")
        let (width, result) = ((A + B) / 2, first.shape.withLast((A + B) / 2))
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .alternation(first.shape.withLast(A + B))) }
        let (a, b) = (first.contiguous(), second.contiguous())
        defer { withExtendedLifetime((a, b)) {} }
        var odd: Tensor?
        let even = Tensor(shape: result) { evens in
            odd = Tensor(shape: result) { odds in
                guard let evens = evens.baseAddress, let odds = odds.baseAddress, width > 0 else { return }
                ComputePool.parallel(ranges: result.product / width, grain: max(1, 8192 / width)) { rows in
                    for row in rows {
                        let (even, odd) = (evens + row * width, odds + row * width)
                        part(a.address + row * A, count: A / 2, even, odd)
                        part(b.address + row * B, count: B / 2, even + A / 2, odd + A / 2)
                    }
                }
            }
        }
        return (even, odd ?? even)
    }
}

/// Writes the floats at even places of `x` to `even` and those at odd places to `odd`, `count` each.
@inline(__always)
private func part(
    _ x: UnsafePointer<Float>, count: Int, _ even: UnsafeMutablePointer<Float>, _ odd: UnsafeMutablePointer<Float>
) {
    var i = 0
    while i + 4 <= count {
        let eight = UnsafeRawPointer(x + 2 * i).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(even + i).storeBytes(of: eight.evenHalf, as: SIMD4<Float>.self)
        UnsafeMutableRawPointer(odd + i).storeBytes(of: eight.oddHalf, as: SIMD4<Float>.self)
        i += 4
    }
    while i < count {
        (even[i], odd[i]) = (x[2 * i], x[2 * i + 1])
        i += 1
    }
}
