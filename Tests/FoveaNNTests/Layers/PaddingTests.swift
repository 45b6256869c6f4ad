import FoveaNN
import FoveaTensor
import Testing

@Suite struct PaddingTests {
    private func along(_ padding: Padding, _ length: Int, kernel: Int, stride: Int, dilation: Int = 1) -> [Int] {
        let zeros = padding.around(length, length, kernel: (kernel, kernel), stride: stride, dilation: dilation)
        #expect([zeros.left, zeros.right] == [zeros.top, zeros.bottom])
        return [zeros.top, zeros.bottom]
    }

    @Test func symmetricPaddingIgnoresTheLength() {
        #expect(along(.symmetric, 9, kernel: 3, stride: 2) == [1, 1])
        #expect(along(.symmetric, 8, kernel: 5, stride: 1, dilation: 2) == [4, 4])
        #expect(along(.symmetric, 8, kernel: 1, stride: 1) == [0, 0])
    }

    @Test func samePaddingPutsTheOddZeroLast() {
        #expect(along(.same, 224, kernel: 3, stride: 2) == [0, 1])
        #expect(along(.same, 75, kernel: 3, stride: 2) == [1, 1])
        #expect(along(.same, 56, kernel: 5, stride: 2) == [1, 2])
        #expect(along(.same, 7, kernel: 3, stride: 1) == [1, 1])
        #expect(along(.same, 9, kernel: 1, stride: 2) == [0, 0])
    }
}
