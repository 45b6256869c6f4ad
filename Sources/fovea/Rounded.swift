/// A figure with three digits after the point.
func rounded(_ value: some BinaryFloatingPoint) -> String {
    // What a broken network says is not for rounding.
    guard value.magnitude < 1e6 else { return "\(value)" }
    let thousandths = Int((value * 1000).rounded())
    let digits = "\(abs(thousandths) % 1000 + 1000)".dropFirst()
    return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 1000).\(digits)"
}
