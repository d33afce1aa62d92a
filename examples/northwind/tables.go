package main

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"time"

	"waybill/schemas"
)

//go:embed data/*.csv
var data embed.FS

// row is one row of a table, by column.
type row map[string]string

// table reads a table whole, in the order of its file.
func table(name string) ([]row, error) {
	file, err := data.Open("data/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", name, err)
	}
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		r := row{}
		for i, column := range lines[0] {
			r[column] = line[i]
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// hundredths reads a decimal of two places that was stored as a 32-bit float: 9.80000019 is 980, 0.150000006 is 15.
func hundredths(text string) (int64, error) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, err
	}
	return int64(math.Round(value * 100)), nil
}

// price reads a price of two places.
func price(text string) (schemas.Price, error) {
	cents, err := hundredths(text)
	return schemas.Price(cents * 10_000), err
}

// discounted is the price after discount, exactly: four places at most.
func discounted(unitPrice, discount string) (schemas.Price, error) {
	cents, err := hundredths(unitPrice)
	if err != nil {
		return 0, fmt.Errorf("unit_price: %w", err)
	}
	percent, err := hundredths(discount)
	if err != nil {
		return 0, fmt.Errorf("discount: %w", err)
	}
	return schemas.Price(cents * (100 - percent) * 100), nil
}

// midnight is the instant at which a date begins: Northwind knows days only.
func midnight(date string) (time.Time, error) {
	return time.Parse(time.DateOnly, date)
}
