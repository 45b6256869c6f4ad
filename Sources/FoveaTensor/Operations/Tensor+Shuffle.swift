extension Tensor {
    /// The channels of `[..., C]` in another order: those of `groups` equal groups in turn.
    ///
    /// Channel `i` of group `g` becomes channel `i * groups + g`. Back again it is `C / groups` groups.
    public func shuffled(groups: Int) -> Tensor {
        let C = shape[shape.count - 1]
        precondition(groups > 0 && C.isMultiple(of: groups), "\(groups) groups do not divide \(C) channels")
        let width = C / groups
        let start = OperationTrace.start()
        defer { OperationTrace.finish(start, .shuffle(shape, groups: groups)) }
        let x = contiguous()
        defer { withExtendedLifetime(x) {} }
        return Tensor(shape: shape) { out in
            guard let out = out.baseAddress, C > 0 else { return }
            ComputePool.parallel(ranges: x.count / C, grain: max(1, 16384 / C)) { pixels in
                for pixel in pixels {
                    let (from, to) = (x.address + pixel * C, out + pixel * C)
                    for g in 0..<groups {
                        for i in 0..<width { to[i * groups + g] = from[g * width + i] }
                    }
                }
            }
        }
    }
}
