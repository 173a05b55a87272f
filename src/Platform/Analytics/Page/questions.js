// A province's ready-made questions, and what the columns of the answers are called.

const now = new Date();
const year = now.getFullYear();
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).format(now);

export const questions = [
  // Only targets fed by completions: their groups of people do not overlap, so that sums over them mean something.
  { vi: 'Tiến độ phổ cập theo xã', en: 'Progress of learning by commune',
    url: `TargetProgress?$apply=filter(Year eq ${year} and Level eq 'Commune' and Unit eq 'Percent' and Target/Source eq 'Completions' and Numerator ne null and Denominator gt 0)/groupby((LocalityCode,LocalityName),aggregate(Numerator with sum as Numerator,Denominator with sum as Denominator,$count as Targets))/compute(Numerator mul 100.0 div Denominator as Percent)&$orderby=Percent desc` },
  { vi: 'Tiến độ từng chỉ tiêu của từng xã', en: 'Progress on every target by commune',
    url: `TargetProgress?$filter=Year eq ${year} and Level eq 'Commune'&$select=LocalityName,Title,Audience,Numerator,Denominator,Percent,TargetValue,Unit,Status,AsOf&$orderby=LocalityName,Title&$count=true` },
  { vi: 'Xếp hạng xã theo người học', en: 'League table of communes by learners',
    url: 'CompletionFacts?$apply=groupby((LocalityCode,LocalityName),aggregate(Learners with sum as Learners,Completions with sum as Completions,Passed with sum as Passed))/compute(Passed mul 100.0 div Completions as PassedPercent)&$orderby=Learners desc' },
  { vi: 'Người học theo tháng', en: 'Learners by month',
    url: 'CompletionFacts?$apply=groupby((Month),aggregate(Learners with sum as Learners,Completions with sum as Completions))&$orderby=Month' },
  { vi: 'Người học theo xã và nhóm đối tượng', en: 'Learners by commune and audience',
    url: 'CompletionFacts?$apply=groupby((LocalityName,Audience),aggregate(Learners with sum as Learners))&$orderby=LocalityName,Audience' },
  { vi: 'Nhiệm vụ quá hạn', en: 'Overdue tasks',
    url: `Tasks?$filter=PlanStatus eq 'Issued' and DueOn lt ${today}&$select=LocalityName,Number,Title,DueOn,ScheduleText&$orderby=DueOn&$count=true` },
  { vi: 'Nhiệm vụ chưa có cơ quan chủ trì', en: 'Tasks without a lead',
    url: "Tasks?$filter=PlanStatus eq 'Issued' and IsHeading eq false and HasLead eq false&$select=LocalityName,Number,Title,DueOn&$orderby=LocalityName,Ordinal&$count=true" },
  { vi: 'Cơ quan được giao nhiều việc nhất', en: 'Agencies with most assignments',
    url: "Assignments?$apply=filter(PlanStatus eq 'Issued')/groupby((LocalityCode,Agency/Name,Role),aggregate($count as Assignments))&$orderby=Assignments desc&$top=30" },
  { vi: 'Chỉ tiêu chưa có số liệu', en: 'Targets without figures',
    url: "TargetProgress?$filter=Status eq 'Missing'&$select=LocalityName,Title,Year&$orderby=LocalityName,Year&$count=true" },
  { vi: 'Tìm nhiệm vụ: “tuyên truyền”', en: 'Search tasks: “tuyên truyền”',
    url: 'Tasks?$search="tuyen truyen"&$select=LocalityName,Number,Title,ScheduleText&$orderby=LocalityName,Ordinal&$count=true' },
];

const headings = {
  AgencyId: 'Cơ quan', AsOf: 'Tính đến', Assignments: 'Số phân công', Audience: 'Nhóm đối tượng', Bound: 'Dấu', Code: 'Mã', Completions: 'Lượt hoàn thành', CourseCode: 'Khóa học',
  Denominator: 'Mẫu số', DueOn: 'Hạn', FromYear: 'Từ năm', HasLead: 'Có chủ trì', Id: 'Mã số', IsHeading: 'Là mục lớn', IssuedOn: 'Ngày ban hành', Issuer: 'Cơ quan ban hành',
  Key: 'Khóa', Kind: 'Loại', Learners: 'Người học', Level: 'Cấp', LocalityCode: 'Mã địa phương', LocalityName: 'Địa phương', Measure: 'Điều được đo', Members: 'Số xã',
  MembersWithFigures: 'Số xã có số liệu', Month: 'Tháng', Name: 'Tên', Number: 'Số', Numerator: 'Tử số', Ordinal: 'Thứ tự', Output: 'Sản phẩm', Part: 'Phần', Passed: 'Lượt đạt',
  PassedPercent: 'Tỷ lệ đạt', People: 'Số người', Percent: 'Tỷ lệ', PlanStatus: 'Tình trạng kế hoạch', ProvinceCode: 'Mã tỉnh', Role: 'Vai trò', ScheduleKind: 'Loại thời hạn',
  ScheduleText: 'Nguyên văn thời hạn', Source: 'Nguồn', StartsOn: 'Bắt đầu', Status: 'Tình trạng', Symbol: 'Ký hiệu', Targets: 'Số chỉ tiêu', TargetValue: 'Mức phải đạt', Title: 'Tên gọi',
  ToYear: 'Đến năm', Unit: 'Đơn vị', UnitText: 'Đơn vị đếm', Value: 'Mức', Version: 'Lần', Year: 'Năm', Agency: 'Cơ quan', Task: 'Nhiệm vụ', Plan: 'Kế hoạch', Locality: 'Địa phương', Course: 'Khóa học',
};
const values = {
  Missing: 'chưa có số liệu', Partial: 'chưa đủ xã', Behind: 'chưa đạt', Reached: 'đạt', PublicSector: 'Khu vực công', Students: 'Học sinh, sinh viên', Workers: 'Người lao động',
  Citizens: 'Người dân', CommunityTeams: 'Tổ công nghệ số', DigitalAmbassadors: 'Đại sứ số', Schools: 'Cơ sở giáo dục', Lead: 'chủ trì', Coordinate: 'phối hợp', Advise: 'tham mưu',
  Supervise: 'giám sát', Draft: 'dự thảo', Issued: 'đã ban hành', Amended: 'đã thay thế', Closed: 'đã đóng', Count: 'số lượng', Province: 'tỉnh', Commune: 'xã',
  true: 'có', false: 'không',
};
const coded = new Set(['Status', 'Audience', 'Role', 'PlanStatus', 'Unit', 'Level', 'HasLead', 'IsHeading']);

const words = name => name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);

export const heading = (path, language) => path.split('/').map(name => language === 'vi' ? headings[name] ?? name : words(name)).join(' · ');

/** A value as a person writes it in Vietnam; Unit «Percent» is shown as %. */
export function shown(path, value, language) {
  const name = path.split('/').at(-1);
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return String(value.length);
  if (typeof value === 'number') {
    const isPlain = /Year$/.test(name) || name === 'Version' || name === 'Ordinal';
    return isPlain ? String(value) : number.format(value) + (isShare(path) ? ' %' : '');
  }
  if (name === 'Month' && /^\d{4}-\d{2}-01$/.test(value)) return value.slice(0, 7).split('-').reverse().join('/');
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return value.split('-').reverse().join('/');
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return moment.format(new Date(value)).replace(',', '');
  if (name === 'Unit' && value === 'Percent') return '%';
  return coded.has(name) && language === 'vi' ? values[value] ?? String(value) : String(value);
}

export const isShare = path => /Percent$/.test(path);

/** The figure that the bars are drawn for: the share if there is one, else people or a count. */
export const measure = paths => paths.find(isShare) ?? ['Learners', 'Assignments', 'Completions', 'People'].find(name => paths.includes(name));

export const number = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 });

const moment = new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' });
