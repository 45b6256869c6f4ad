/// Channels of a network whose width is scaled: the nearest multiple of eight, but not below nine tenths of what was asked
/// for.
///
/// As TensorFlow's MobileNets do it, and all that descend from them.
func roundedChannels(_ channels: Double) -> Int {
    let rounded = max(8, Int((channels + 4) / 8) * 8)
    return Double(rounded) < 0.9 * channels ? rounded + 8 : rounded
}
