/// The normalised value of each of the 256 levels of each channel.
struct Levels {
    private let red: [Float]
    private let green: [Float]
    private let blue: [Float]

    init(mean: [Float], std: [Float]) {
        func values(_ channel: Int) -> [Float] { (0..<256).map { (Float($0) - mean[channel]) / std[channel] } }
        (red, green, blue) = (values(0), values(1), values(2))
    }

    /// Writes `count` pixels, the first at pixel `origin` of `elements`, each `step` pixels after the one before.
    func write(
        _ row: UnsafePointer<UInt8>, count: Int, to elements: UnsafeMutableBufferPointer<Float>, at origin: Int,
        step: Int
    ) {
        var target = 3 * origin
        for i in 0..<count {
            elements[target] = red[Int(row[3 * i])]
            elements[target + 1] = green[Int(row[3 * i + 1])]
            elements[target + 2] = blue[Int(row[3 * i + 2])]
            target += 3 * step
        }
    }

    /// Makes every pixel of `elements` black.
    func fillBlack(_ elements: UnsafeMutableBufferPointer<Float>) {
        for pixel in 0..<elements.count / 3 {
            (elements[3 * pixel], elements[3 * pixel + 1], elements[3 * pixel + 2]) = (red[0], green[0], blue[0])
        }
    }
}
