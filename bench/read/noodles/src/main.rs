//! What noodles needs for the same work: `noodles-bench bounds|info file.vcf.gz`.
use std::{env, fs::File, io};
use noodles_bgzf as bgzf;
use noodles_vcf::{self as vcf, variant::record::info::field::{value::Array, Value}};

fn count(value: Option<Value<'_>>) -> io::Result<usize> {
    Ok(match value {
        Some(Value::Array(Array::Integer(values))) => values.iter().try_fold(0, |n, v| v.map(|_| n + 1))?,
        Some(Value::Array(Array::Float(values))) => values.iter().try_fold(0, |n, v| v.map(|_| n + 1))?,
        Some(Value::Array(Array::Character(values))) => values.iter().try_fold(0, |n, v| v.map(|_| n + 1))?,
        Some(Value::Array(Array::String(values))) => values.iter().try_fold(0, |n, v| v.map(|_| n + 1))?,
        _ => 1,
    })
}

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().collect();
    let mut reader = vcf::io::Reader::new(bgzf::io::Reader::new(File::open(&args[2])?));
    let header = reader.read_header()?;
    let mut record = vcf::Record::default();
    let (mut records, mut values) = (0u64, 0usize);
    while reader.read_record(&mut record)? != 0 {
        records += 1;
        if args[1] == "info" {
            for field in record.info().iter(&header) {
                let (_, value) = field?;
                values += count(value)?;
            }
        }
    }
    println!("{records} records, {values} values");
    Ok(())
}
