public import FoveaImage
import FoveaJSON

extension CocoDataset.Annotation {
    /// The mask of the thing on a photograph of this size; nil where the file has none.
    ///
    /// `segmentation` is a list of polygons, or run lengths as numbers or as compressed text.
    public func mask(height: Int, width: Int) throws(MaskError) -> RunLengthMask? {
        switch segmentation {
        case .array(let polygons):
            return try RunLengthMask(height: height, width: width, cocoPolygons: polygons.map(\.numbers))
        case .object(let fields):
            let size = fields.first { $0.name == "size" }?.value.numbers ?? []
            guard size == [Double(height), Double(width)] else {
                throw .impossibleSize(height: size.first.map { Int($0) } ?? 0, width: size.last.map { Int($0) } ?? 0)
            }
            switch fields.first(where: { $0.name == "counts" })?.value {
            case .string(let text): return try RunLengthMask(height: height, width: width, compressedCounts: text)
            case .array(let counts)?:
                return try RunLengthMask(
                    height: height, width: width, counts: counts.map { $0.wholeNumber ?? -1 })
            default: return nil
            }
        default: return nil
        }
    }
}

extension JSONValue {
    /// The numbers of an array; other elements are left out.
    fileprivate var numbers: [Double] {
        guard case .array(let values) = self else { return [] }
        return values.compactMap { if case .number(let number) = $0 { number } else { nil } }
    }

    fileprivate var wholeNumber: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }
}
