public import FoveaTensor

/// How many zeros a convolution adds around its input: a habit of the framework a network was trained in.
///
/// It changes the answer and not the shapes, so no checkpoint tells it.
public enum Padding: Sendable, Equatable {
    /// PyTorch's `dilation * (kernel - 1) / 2` on each side.
    case symmetric
    /// TensorFlow's SAME: the output is `input / stride` rounded up, an odd zero goes to the bottom and to the right.
    case same
    /// None: the windows stay inside the input.
    case valid

    /// The zeros around an input of `H` × `W`.
    public func around(
        _ H: Int, _ W: Int, kernel: (height: Int, width: Int), stride: Int, dilation: Int
    ) -> Window.Padding {
        let rows = along(H, kernel: kernel.height, stride: stride, dilation: dilation)
        let columns = along(W, kernel: kernel.width, stride: stride, dilation: dilation)
        return Window.Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    }

    private func along(_ length: Int, kernel: Int, stride: Int, dilation: Int) -> (before: Int, after: Int) {
        let reach = dilation * (kernel - 1)
        if self == .symmetric { return (reach / 2, reach / 2) }
        if self == .valid { return (0, 0) }
        let total = max(0, ((length + stride - 1) / stride - 1) * stride + reach + 1 - length)
        return (total / 2, total - total / 2)
    }
}
