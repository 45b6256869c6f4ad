import CKernels

/// How a filter slides over an image.
///
/// The output is `(length + before + after - dilation * (kernel - 1) - 1) / stride + 1` long along each axis, rounded
/// down; what the filter reads beyond the border is zero.
public struct Window: Sendable, Equatable {
    /// Rows and columns added around the image.
    public struct Padding: Sendable, Equatable {
        public var top, left, bottom, right: Int

        public init(top: Int, left: Int, bottom: Int, right: Int) {
            (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
        }

        /// As much on all four sides.
        public init(_ each: Int) { self.init(top: each, left: each, bottom: each, right: each) }
    }

    /// The filter's rows and columns.
    public var kernel: (height: Int, width: Int)
    /// The distance between neighbouring positions.
    public var stride: Int
    /// The distance between neighbouring taps of the filter.
    public var dilation: Int
    public var padding: Padding

    /// Makes a window of `kernel` × `kernel`.
    public init(kernel: Int, stride: Int = 1, dilation: Int = 1, padding: Padding = Padding(0)) {
        self.init(kernel: (kernel, kernel), stride: stride, dilation: dilation, padding: padding)
    }

    /// Makes a window whose sides may differ.
    public init(kernel: (height: Int, width: Int), stride: Int, dilation: Int, padding: Padding) {
        (self.kernel, self.stride, self.dilation, self.padding) = (kernel, stride, dilation, padding)
    }

    public static func == (a: Window, b: Window) -> Bool {
        a.kernel == b.kernel && a.stride == b.stride && a.dilation == b.dilation && a.padding == b.padding
    }

    /// Whether every output pixel sees exactly the input pixel at its own place.
    var isPointwise: Bool { kernel == (1, 1) && stride == 1 && padding == Padding(0) }

    /// The output's rows and columns for an image of `H` × `W`; 0 where the filter doesn't fit.
    public func outputSize(_ H: Int, _ W: Int) -> (OH: Int, OW: Int) {
        func length(_ padded: Int, _ kernel: Int) -> Int {
            let room = padded - dilation * (kernel - 1) - 1
            return room < 0 ? 0 : room / stride + 1
        }
        return (
            length(H + padding.top + padding.bottom, kernel.height),
            length(W + padding.left + padding.right, kernel.width)
        )
    }

    /// As `outputSize`, but a last window that hangs over the far border counts, too, if it begins inside the image or the
    /// padding before it: PyTorch's `ceil_mode`.
    func outputSizeRoundedUp(_ H: Int, _ W: Int) -> (OH: Int, OW: Int) {
        func length(_ length: Int, _ before: Int, _ after: Int, _ kernel: Int) -> Int {
            let room = length + before + after - dilation * (kernel - 1) - 1
            guard room + stride > 0 else { return 0 }
            let rounded = (room + stride - 1) / stride + 1
            return (rounded - 1) * stride >= length + before ? rounded - 1 : rounded
        }
        return (
            length(H, padding.top, padding.bottom, kernel.height), length(W, padding.left, padding.right, kernel.width)
        )
    }

    /// The window over images of `H` × `W` × `C`, as the kernels know it.
    func onto(_ H: Int, _ W: Int, _ C: Int, roundingUp: Bool = false) -> fovea_window {
        let (OH, OW) = roundingUp ? outputSizeRoundedUp(H, W) : outputSize(H, W)
        return fovea_window(
            H: H, W: W, C: C, OH: OH, OW: OW, KH: kernel.height, KW: kernel.width, stride: stride,
            dilation: dilation, top: padding.top, left: padding.left)
    }
}
