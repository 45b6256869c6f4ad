import Glibc

/// Memory from the system, aligned to a cache line.
enum Block {
    /// From this size on a block has pages of its own: freeing it gives them back at once, whatever else is in use.
    private static let ownPages = 32 << 10
    /// What the system can map as one piece, sparing page faults and address translations.
    private static let hugePage = 2 << 20

    /// `bytes` rounded up to whole cache lines or, where the block has pages of its own, to those.
    static func roundedSize(_ bytes: Int) -> Int {
        let unit = bytes < ownPages ? 64 : 4096
        return max(64, (bytes + unit - 1) & ~(unit - 1))
    }

    /// Memory of `bytes` bytes, a rounded size.
    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= ownPages else { return .allocate(byteCount: bytes, alignment: 64) }
        // With room to begin where a huge page can.
        let slack = bytes < hugePage ? 0 : hugePage
        let mapped = mmap(nil, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // As where the heap is exhausted: there is nobody to tell who could go on without it.
        guard let mapped, mapped != MAP_FAILED else { fatalError("the system has no \(bytes) bytes left") }
        if slack == 0 { return mapped }
        let before = -Int(bitPattern: mapped) & (hugePage - 1)
        let start = mapped + before
        if before > 0 { munmap(mapped, before) }
        if slack > before { munmap(start + bytes, slack - before) }
        madvise(start, bytes, MADV_HUGEPAGE)
        return start
    }

    /// Gives back what `allocate(bytes)` gave.
    static func free(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes < ownPages { block.deallocate() } else { munmap(block, bytes) }
    }
}
