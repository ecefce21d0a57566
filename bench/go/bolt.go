// Writes a bbolt database of the size asked for, or walks one: every bucket, key and value, counted.
//
//	bolt write FILE KEYS    bolt walk FILE
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Keys as a solver cache has them: a bucket of its own for each, with a few links inside.
func write(path string, keys int) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	check(err)
	const batch = 10000
	for first := 0; first < keys; first += batch {
		check(db.Update(func(tx *bolt.Tx) error {
			links, err := tx.CreateBucketIfNotExists([]byte("_links"))
			check(err)
			for n := first; n < keys && n < first+batch; n++ {
				sum := sha256.Sum256([]byte(strconv.Itoa(n)))
				id := hex.EncodeToString(sum[:])
				own, err := links.CreateBucketIfNotExists([]byte("sha256:" + id))
				check(err)
				for link := 0; link <= n%5; link++ {
					key := fmt.Sprintf(`{"Input":%d,"Output":0,"Digest":"sha256:%s","Selector":""}@%d`, link, id, n)
					check(own.Put([]byte(key), []byte{}))
				}
			}
			return nil
		}))
	}
	check(db.Close())
}

type counts struct{ buckets, keys, bytes int }

func walk(b *bolt.Bucket, c *counts) {
	c.buckets++
	check(b.ForEach(func(k, v []byte) error {
		c.keys++
		c.bytes += len(k) + len(v)
		if v == nil {
			walk(b.Bucket(k), c)
		}
		return nil
	}))
}

func main() {
	if os.Args[1] == "write" {
		keys, err := strconv.Atoi(os.Args[3])
		check(err)
		write(os.Args[2], keys)
		return
	}
	db, err := bolt.Open(os.Args[2], 0o600, &bolt.Options{ReadOnly: true})
	check(err)
	var c counts
	check(db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			c.keys++
			c.bytes += len(name)
			walk(b, &c)
			return nil
		})
	}))
	fmt.Printf("%d %d %d\n", c.buckets, c.keys, c.bytes)
}
