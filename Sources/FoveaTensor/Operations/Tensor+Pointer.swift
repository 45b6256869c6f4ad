/// Calls `body` with the address of a tensor's elements in row-major order, or with nil if there is no tensor.
func withPointer<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    guard let tensor else { return body(nil) }
    return tensor.withElements { body($0.baseAddress) }
}
