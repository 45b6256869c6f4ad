import FoveaModels
import FoveaTensor

/// An object as one view of a photograph shows it.
struct Sighting: Sendable, Equatable {
    /// Its box is in pixels of the photograph.
    let object: DetectedObject
    /// Whether it ends at an edge of the view: then it may be a piece of something larger.
    let isCut: Bool
}

extension [Sighting] {
    /// The objects that several views of one photograph show, each once and best first.
    ///
    /// What two views show whole is one object by the rule that the network's own boxes are held to: of two whose
    /// intersection over union is above the threshold the better one stays. A piece is small beside the whole thing, so for
    /// it that rule is blind: it goes, whatever its score, when half of it lies in what some view shows whole, and when half
    /// of it lies in a better piece. As tiles overlap, and the whole photograph is one of the views, what has no such
    /// sighting has been seen nowhere else: its best piece stays. Objects of different classes leave each other alone,
    /// unless `options` says that classes don't count.
    func merged(_ options: DetectionOptions) -> [DetectedObject] {
        let order = indices.sorted { first, second in
            let (a, b) = (self[first], self[second])
            if a.isCut != b.isCut { return b.isCut }
            return a.object.score > b.object.score || (a.object.score == b.object.score && first < second)
        }
        var kept: [DetectedObject] = []
        for index in order {
            let (object, isCut) = (self[index].object, self[index].isCut)
            let isSeenBetter = kept.contains { better in
                guard options.isClassAgnostic || better.classID == object.classID else { return false }
                return better.box.intersectionOverUnion(with: object.box) > options.overlapThreshold
                    || (isCut && object.box.share(in: better.box) > 0.5)
            }
            if !isSeenBetter { kept.append(object) }
        }
        let best = kept.indices.sorted { first, second in
            let (a, b) = (kept[first].score, kept[second].score)
            return a > b || (a == b && first < second)
        }
        return best.prefix(options.limit).map { kept[$0] }
    }
}

extension Box {
    /// How much of its area lies in `other`; NaN if it has none.
    fileprivate func share(in other: Box) -> Float {
        let width = max(min(x1, other.x1) - max(x0, other.x0), 0)
        let height = max(min(y1, other.y1) - max(y0, other.y0), 0)
        return width * height / area
    }
}
