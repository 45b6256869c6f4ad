/// What lies in a file, little endian, and stands for a number.
protocol StoredElement: BitwiseCopyable {
    /// The nearest float32: exact but for integers over 2²⁴ and for float64.
    var float: Float { get }
}

extension Float: StoredElement { var float: Float { self } }
extension Double: StoredElement { var float: Float { Float(self) } }
extension Int64: StoredElement { var float: Float { Float(self) } }
extension Int32: StoredElement { var float: Float { Float(self) } }
extension Int16: StoredElement { var float: Float { Float(self) } }
extension Int8: StoredElement { var float: Float { Float(self) } }
extension UInt8: StoredElement { var float: Float { Float(self) } }

/// A truth value in a byte: 0 is false.
struct StoredBool: StoredElement {
    let bits: UInt8
    var float: Float { bits == 0 ? 0 : 1 }
}

/// The upper half of a float32.
struct StoredBFloat16: StoredElement {
    let bits: UInt16
    var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}

/// IEEE 754 binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits.
struct StoredFloat16: StoredElement {
    let bits: UInt16

    var float: Float {
        let sign = UInt32(bits & 0x8000) << 16
        let magnitude = UInt32(bits & 0x7FFF)
        switch magnitude {
        case ..<0x0400:  // zero and subnormals: fraction · 2⁻²⁴
            return Float(bitPattern: sign | (Float(magnitude) * 0x1p-24).bitPattern)
        case ..<0x7C00:  // the exponent's bias becomes 127
            return Float(bitPattern: sign | ((magnitude << 13) + (112 << 23)))
        default:  // infinity and NaN keep their fraction
            return Float(bitPattern: sign | 0x7F80_0000 | ((magnitude & 0x03FF) << 13))
        }
    }
}
