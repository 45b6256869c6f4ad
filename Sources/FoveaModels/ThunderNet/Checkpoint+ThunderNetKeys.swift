import FoveaNN
import FoveaTensor

extension Checkpoint {
    /// Which implementation named these tensors; nil where that makes no difference.
    var thunderNetLayout: ThunderNetStyle.Layout? {
        let names = Set(entries.map(\.name))
        if names.contains("rpn_head.rpn_cls.weight") { return .release }
        if names.contains("RCNN_rpn.RPN_cls_score.weight") { return .dayBreak }
        if names.contains("rpn.head.cls_logits.weight") { return .liguiyuan }
        return nil
    }

    /// This checkpoint with the keys of the authors' release.
    ///
    /// What other implementations have beside a different name becomes the same network: the bias of a convolution before a
    /// norm is a part of the norm's mean, and a softmax over background and object is a sigmoid of their difference.
    var withThunderNetKeys: Checkpoint {
        guard let layout = thunderNetLayout, layout != .release else { return self }
        var (renamed, theirs): ([Entry], [String: String]) = ([], [:])
        for entry in entries {
            let name = layout.releaseKey(entry.name)
            theirs[name] = entry.name
            renamed.append(Entry(name: name, shape: entry.shape, type: entry.type))
        }
        let original = Checkpoint(entries: renamed) { [theirs] name throws(CheckpointError) in
            guard let name = theirs[name] else { throw .missing(key: name) }
            return try tensor(named: name)
        }
        return layout == .dayBreak ? original.withoutSurplus : original
    }

    /// This checkpoint, whose keys are the release's, with no biases before norms and one logit for each anchor.
    private var withoutSurplus: Checkpoint {
        let names = Set(entries.map(\.name))
        /// The bias that the mean of a norm takes up.
        let biases = [
            "rpn_head.rpn_conv.0": "rpn_head.rpn_conv.1", "rpn_head.rpn_conv.3": "rpn_head.rpn_conv.4",
            "rpn_head.sam_convs.0": "rpn_head.sam_convs.1",
        ].filter { names.contains("\($0.key).bias") && names.contains("\($0.value).running_mean") }
        let dropped = Set(biases.keys.map { "\($0).bias" })
        let added = Dictionary(uniqueKeysWithValues: biases.map { ("\($0.value).running_mean", "\($0.key).bias") })
        let kept = entries.filter { !dropped.contains($0.name) }.map { entry in
            guard entry.isPairOfLogits else { return entry }
            return Entry(name: entry.name, shape: [entry.shape[0] / 2] + entry.shape.dropFirst(), type: entry.type)
        }
        let pairs = Set(entries.filter(\.isPairOfLogits).map(\.name))
        return Checkpoint(entries: kept) { name throws(CheckpointError) in
            let tensor = try tensor(named: name)
            if let bias = added[name] { return tensor.combined(with: try self.tensor(named: bias), -) ?? tensor }
            guard pairs.contains(name) else { return tensor }
            let half = tensor.shape[0] / 2
            let (background, object) = (tensor.sliced(0, 0..<half), tensor.sliced(0, half..<2 * half))
            return object.combined(with: background, -) ?? tensor
        }
    }
}

extension Checkpoint.Entry {
    /// Whether the first half of the rows is for the background and the second for objects.
    fileprivate var isPairOfLogits: Bool {
        ["rpn_head.rpn_cls.weight", "rpn_head.rpn_cls.bias"].contains(name)
            && shape.first.map { $0.isMultiple(of: 2) } == true
    }
}

extension Tensor {
    /// What `operation` makes of the elements of two tensors; nil if their shapes differ.
    fileprivate func combined(with other: Tensor, _ operation: (Float, Float) -> Float) -> Tensor? {
        guard shape == other.shape else { return nil }
        return Tensor(zip(values, other.values).map(operation), shape: shape)
    }
}

extension ThunderNetStyle.Layout {
    /// What the authors' release calls the tensor that this layout calls `key`.
    fileprivate func releaseKey(_ key: String) -> String {
        for (theirs, ours) in renamings where key.hasPrefix(theirs) {
            let rest = key.dropFirst(theirs.count)
            guard ours.hasSuffix("stage.") else { return ours + rest }
            // Their stages count from 1.
            let parts = rest.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let stage = Int(parts[0]), stage > 0 else { return key }
            return "\(ours)\(stage - 1)." + branches.reduce(parts[1]) { $0.replacing($1.theirs, with: $1.ours) }
        }
        return key
    }

    private var branches: [(theirs: String, ours: String)] {
        self == .dayBreak
            ? [("branch_main", "branch"), ("branch_proj", "branch_left")]
            : [("branch1", "branch_left"), ("branch2", "branch")]
    }

    /// Beginnings of keys.
    private var renamings: [(theirs: String, ours: String)] {
        switch self {
        case .release: []
        case .dayBreak:
            [
                ("RCNN_base.conv1.", "backbone.first_conv."), ("RCNN_base.stage", "backbone.stage."),
                ("RCNN_base.conv5.", "backbone.conv5."), ("RCNN_base.cem.conv4.", "neck.C4."),
                ("RCNN_base.cem.conv5.", "neck.C5."), ("RCNN_base.cem.convlast.", "neck.Cglb."),
                ("rpn.dw5_5.", "rpn_head.rpn_conv.0."), ("rpn.bn0.", "rpn_head.rpn_conv.1."),
                ("rpn.con1x1.", "rpn_head.rpn_conv.3."), ("rpn.bn1.", "rpn_head.rpn_conv.4."),
                ("sam.conv1.", "rpn_head.sam_convs.0."), ("sam.bn.", "rpn_head.sam_convs.1."),
                ("RCNN_rpn.RPN_cls_score.", "rpn_head.rpn_cls."), ("RCNN_rpn.RPN_bbox_pred.", "rpn_head.rpn_reg."),
                ("RCNN_top.0.", "roi_head.bbox_head.shared_fcs.0."), ("RCNN_cls_score.", "roi_head.bbox_head.fc_cls."),
                ("RCNN_bbox_pred.", "roi_head.bbox_head.fc_reg."),
            ]
        case .liguiyuan:
            [
                ("backbone.conv1.", "backbone.first_conv."), ("backbone.features", "backbone.stage."),
                ("cem.conv1.", "neck.C4."), ("cem.conv2.", "neck.C5."), ("cem.conv3.", "neck.Cglb."),
                ("rpn.head.dw5x5.", "rpn_head.rpn_conv.0."), ("rpn.head.conv.", "rpn_head.rpn_conv.3."),
                ("sam.conv.", "rpn_head.sam_convs.0."), ("sam.bn.", "rpn_head.sam_convs.1."),
                ("rpn.head.cls_logits.", "rpn_head.rpn_cls."), ("rpn.head.bbox_pred.", "rpn_head.rpn_reg."),
                ("roi_heads.box_head.fc6.", "roi_head.bbox_head.shared_fcs.0."),
                ("roi_heads.box_predictor.cls_score.", "roi_head.bbox_head.fc_cls."),
                ("roi_heads.box_predictor.bbox_pred.", "roi_head.bbox_head.fc_reg."),
            ]
        }
    }
}
