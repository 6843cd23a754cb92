/** A binary heap whose nodes know their place, so that any of them can leave in logarithmic time. */

export interface HeapNode {
  /** The lowest rank comes first. It stays the same while the node is in the heap. */
  readonly rank: number
  /** Kept by the heap. */
  place: number
}

export interface MinHeap<Node extends HeapNode> {
  first(): Node | undefined
  add(node: Node): void
  /** The node must be in the heap. */
  remove(node: Node): void
}

export function minHeap<Node extends HeapNode>(): MinHeap<Node> {
  const nodes: Node[] = []
  return {
    first: () => nodes[0],
    add(node) {
      nodes.push(node)
      rise(node, nodes.length - 1)
    },
    remove(node) {
      const last = nodes.pop()
      if (last === undefined || last === node) return
      sink(last, node.place)
      rise(last, last.place)
    },
  }

  function rise(node: Node, place: number): void {
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = nodes[above]!
      if (parent.rank <= node.rank) break
      settle(parent, place)
      place = above
    }
    settle(node, place)
  }

  function sink(node: Node, place: number): void {
    for (;;) {
      const left = 2 * place + 1
      const right = nodes[left + 1]
      const lower = right && right.rank < nodes[left]!.rank ? right : nodes[left]
      if (!lower || lower.rank >= node.rank) break
      const below = lower.place
      settle(lower, place)
      place = below
    }
    settle(node, place)
  }

  function settle(node: Node, place: number): void {
    nodes[place] = node
    node.place = place
  }
}
