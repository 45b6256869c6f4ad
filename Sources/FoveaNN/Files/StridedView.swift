/// The order in which a view walks through its storage: axes reduced to the fewest that say the same.
struct StridedView {
    private struct Axis {
        var length: Int
        var stride: Int
    }

    /// Outermost first; one at least.
    private var axes: [Axis] = []

    /// A view of `shape`, `strides` elements from one index of an axis to the next, whose span doesn't overflow.
    init(shape: [Int], strides: [Int]) {
        guard !shape.contains(0) else {
            axes = [Axis(length: 0, stride: 1)]
            return
        }
        for (length, stride) in zip(shape, strides) where length != 1 {
            if let outer = axes.last, outer.stride == stride * length {
                axes[axes.count - 1] = Axis(length: outer.length * length, stride: stride)
            } else {
                axes.append(Axis(length: length, stride: stride))
            }
        }
        if axes.isEmpty { axes = [Axis(length: 1, stride: 1)] }
    }

    /// Whether the elements lie one behind the other in row-major order.
    var isContiguous: Bool { axes.count == 1 && axes[0].stride == 1 }

    /// Copies the elements of `storage`, which starts at index 0 of every axis, to `floats` in row-major order.
    func copy<Element: StoredElement>(
        _ storage: UnsafeBufferPointer<Element>, to floats: UnsafeMutableBufferPointer<Float>
    ) {
        guard !floats.isEmpty else { return }
        let inner = axes[axes.count - 1]
        let outer = axes.dropLast()
        var index = [Int](repeating: 0, count: outer.count)
        var start = 0
        var written = 0
        while true {
            var element = start
            for column in written..<written + inner.length {
                floats[column] = storage[element].float
                element += inner.stride
            }
            written += inner.length
            // Step the outer axes like an odometer.
            var axis = outer.count - 1
            while axis >= 0 {
                index[axis] += 1
                start += outer[axis].stride
                if index[axis] < outer[axis].length { break }
                start -= outer[axis].stride * outer[axis].length
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
